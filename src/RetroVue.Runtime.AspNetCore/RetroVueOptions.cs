using RetroVue.Runtime.Channels;
using RetroVue.Runtime.Hls;
using RetroVue.Runtime.Schedules;

namespace RetroVue.Runtime.AspNetCore;

/// <summary>
/// What a station airs and how; read once, by the time the host starts. An app with a value that cannot be does not start: the exception
/// (<see cref="Microsoft.Extensions.Options.OptionsValidationException"/>) has a message for each. How long the station's end may take is the host's affair (<see cref="Microsoft.Extensions.Hosting.HostOptions.ShutdownTimeout"/>).
/// </summary>
public sealed class RetroVueOptions
{
    /// <summary>The path of the schedule's JSON file. Set either this or <see cref="Channels"/>.</summary>
    public string? ScheduleFile { get; set; }

    /// <summary>The channels, made by the caller; either these or <see cref="ScheduleFile"/>. For code: configuration has no such setting.</summary>
    public IReadOnlyList<ChannelSchedule>? Channels { get; set; }

    /// <summary>
    /// How many connections the app's server has at most, from 1 to 1,000,000; 2,000 unless set. Who comes when all are taken is answered
    /// with 503. A viewer of a transport stream holds one all the time, one of HLS mostly; those that ask nothing are closed after half a minute.
    /// </summary>
    public int MaxConnections { get; set; } = 2000;

    /// <summary>
    /// Hears how far the start is: files looked at, of those whose kind or duration matters. May be called on any thread. For code:
    /// configuration has no such setting.
    /// </summary>
    public IProgress<LoadProgress>? Progress { get; set; }

    /// <summary>Options for HLS viewers.</summary>
    public HlsViewerOptions Hls { get; set; } = new();

    /// <summary>Options for channels, such as linger and recovery.</summary>
    public ChannelOptions Channel { get; set; } = new();

    /// <summary>The section of the configuration that was read; null if there is none.</summary>
    internal string? Section { get; set; }

    /// <summary>What could not be read of the section, a line for each.</summary>
    internal List<string> Misread { get; } = [];
}
