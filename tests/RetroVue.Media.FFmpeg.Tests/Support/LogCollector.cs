using Microsoft.Extensions.Logging;

namespace RetroVue.Media.FFmpeg.Tests.Support;

/// <summary>Keeps the logged lines in order; safe on any thread.</summary>
/// <param name="seen">Called with each line before it is kept.</param>
internal sealed class LogCollector(Action<LoggedLine>? seen = null) : ILoggerFactory, ILogger
{
    private readonly List<LoggedLine> _lines = [];

    public LoggedLine[] Lines
    {
        get
        {
            lock (_lines)
            {
                return [.. _lines];
            }
        }
    }

    public IEnumerable<string?> Texts => Lines.Select(line => line.Parameter("Text"));

    /// <summary>Returns how often FFmpeg logged a text, including the repeats that are only counted.</summary>
    public long CountOf(string text) => Lines.Where(line => line.Parameter("Text") == text)
        .Sum(line => long.Parse(line.Parameter("Count") ?? "1", System.Globalization.CultureInfo.InvariantCulture));

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public void Dispose()
    {
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel level, EventId id, TState state, Exception? exception, Func<TState, Exception?, string> format)
    {
        var line = new LoggedLine(level, id.Id, format(state, exception), [.. (IEnumerable<KeyValuePair<string, object?>>)state!]);
        seen?.Invoke(line);
        lock (_lines)
        {
            _lines.Add(line);
        }
    }
}
