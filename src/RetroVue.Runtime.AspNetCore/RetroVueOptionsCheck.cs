using Microsoft.Extensions.Options;

namespace RetroVue.Runtime.AspNetCore;

/// <summary>
/// Checks a station's options before the host starts. A message names a setting as in the configuration if a section was read, also if
/// code has set it afterwards, else as in code.
/// </summary>
internal sealed class RetroVueOptionsCheck : IValidateOptions<RetroVueOptions>
{
    private const int MostConnections = 1_000_000;

    public ValidateOptionsResult Validate(string? name, RetroVueOptions options)
    {
        // A value that could not be read is reported once, and not again as a missing one.
        string[] problems = options.Misread.Count > 0 ? [.. options.Misread] : [.. FindProblems(options)];
        return problems.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }

    private static IEnumerable<string> FindProblems(RetroVueOptions options)
    {
        (string prefix, string separator) = options.Section is { } section ? (section + ":", ":") : (nameof(RetroVueOptions) + ".", ".");
        if (options.ScheduleFile is null && options.Channels is null)
        {
            yield return $"{prefix}{nameof(options.ScheduleFile)} is not set, so there is nothing to air. Write the path of the schedule's JSON file there, "
                + $"or set {nameof(RetroVueOptions)}.{nameof(options.Channels)} in code.";
        }
        else if (options.ScheduleFile is { } file && options.Channels is not null)
        {
            yield return $"{prefix}{nameof(options.ScheduleFile)} is '{file}', and {nameof(RetroVueOptions)}.{nameof(options.Channels)} is set as well: "
                + "a station airs only one of them. Remove one of the two.";
        }
        else if (options.ScheduleFile is { } blank && string.IsNullOrWhiteSpace(blank))
        {
            yield return $"{prefix}{nameof(options.ScheduleFile)} is '{blank}', which names no file. Write the path of the schedule's JSON file.";
        }
        else if (options.Channels?.Any(channel => channel is null) == true)
        {
            yield return $"{nameof(RetroVueOptions)}.{nameof(options.Channels)} has a null entry, which is no channel. Leave it out.";
        }

        if (options.MaxConnections is < 1 or > MostConnections)
        {
            yield return $"{prefix}{nameof(options.MaxConnections)} is {options.MaxConnections}: a server needs at least one connection, and no machine has more than a million. "
                + $"Write 1 to {MostConnections}.";
        }

        IEnumerable<string> channel = options.Channel?.FindProblems($"{prefix}{nameof(options.Channel)}{separator}")
            ?? (IEnumerable<string>)[IsNull(prefix + nameof(options.Channel))];
        IEnumerable<string> hls = options.Hls?.FindProblems($"{prefix}{nameof(options.Hls)}{separator}")
            ?? (IEnumerable<string>)[IsNull(prefix + nameof(options.Hls))];
        foreach (string problem in channel.Concat(hls))
        {
            yield return problem;
        }
    }

    private static string IsNull(string setting) => $"{setting} is null. Do not set it, to keep the default values.";
}
