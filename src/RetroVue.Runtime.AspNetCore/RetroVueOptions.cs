using RetroVue.Runtime.Channels;
using RetroVue.Runtime.Hls;
using RetroVue.Runtime.Schedules;

namespace RetroVue.Runtime.AspNetCore;

/// <summary>What a station airs and how; read once, when the host starts.</summary>
public sealed class RetroVueOptions
{
    /// <summary>The schedule's JSON file; either this or <see cref="Channels"/>.</summary>
    public string? ScheduleFile { get; set; }

    /// <summary>The channels, made by the caller; either these or <see cref="ScheduleFile"/>.</summary>
    public IReadOnlyList<ChannelSchedule>? Channels { get; set; }

    /// <summary>
    /// How many connections the app's server has at most; 2,000 unless set. Who comes when all are taken is answered with 503. A viewer of
    /// a transport stream holds one all the time, one of HLS mostly; those that ask nothing are closed after half a minute.
    /// </summary>
    public int MaxConnections { get; set; } = 2000;

    /// <summary>Hears how far the start is: files looked at, of those whose kind or duration matters. May be called on any thread.</summary>
    public IProgress<LoadProgress>? Progress { get; set; }

    /// <summary>How viewers of HLS are served.</summary>
    public HlsViewerOptions Hls { get; set; } = new();

    /// <summary>How channels are run.</summary>
    public ChannelOptions Channel { get; set; } = new();
}
