using Microsoft.Extensions.Logging;

namespace RetroVue.Media.FFmpeg.Tests.Support;

/// <summary>A line of a log.</summary>
internal sealed record LoggedLine(LogLevel Level, int Id, string Message, KeyValuePair<string, object?>[] Parameters)
{
    public string? Parameter(string name) => Parameters.FirstOrDefault(parameter => parameter.Key == name).Value?.ToString();
}
