using RetroVue.Runtime.Channels;
using RetroVue.Runtime.Hls;
using RetroVue.Runtime.Schedules;

namespace RetroVue.Runtime.AspNetCore;

/// <summary>
/// The content of a station and its settings, read once, before the host has started. If a value is not allowed, the app does not start: the
/// exception (<see cref="Microsoft.Extensions.Options.OptionsValidationException"/>) has a message for each such value. The time limit for
/// the station's end is an option of the host (<see cref="Microsoft.Extensions.Hosting.HostOptions.ShutdownTimeout"/>).
/// </summary>
public sealed class RetroVueOptions
{
    /// <summary>The path of the schedule's JSON file. Set either this or <see cref="Channels"/>.</summary>
    public string? ScheduleFile { get; set; }

    /// <summary>
    /// The channels, made by the caller. Set either these or <see cref="ScheduleFile"/>. Only for code: the configuration has no such
    /// setting.
    /// </summary>
    public IReadOnlyList<ChannelSchedule>? Channels { get; set; }

    /// <summary>
    /// The largest number of connections of the app's server, from 1 to 1,000,000; by default 2,000. If all are taken, a further one gets
    /// status 503. A viewer of a transport stream holds one connection all the time, a viewer of HLS most of the time. A connection without
    /// requests is closed after half a minute.
    /// </summary>
    public int MaxConnections { get; set; } = 2000;

    /// <summary>
    /// Receives the progress of the start: the number of files that are known, of those whose formats or durations matter. It may be called on any
    /// thread, and goes on after the app has started. Only for code: the configuration has no such setting.
    /// </summary>
    public IProgress<LoadProgress>? Progress { get; set; }

    /// <summary>Options for HLS viewers.</summary>
    public HlsViewerOptions Hls { get; set; } = new();

    /// <summary>Options for channels, such as linger and recovery.</summary>
    public ChannelOptions Channel { get; set; } = new();

    /// <summary>The section of the configuration that was read; null if there is none.</summary>
    internal string? Section { get; set; }

    /// <summary>The errors in the section, one line for each.</summary>
    internal List<string> Misread { get; } = [];
}
