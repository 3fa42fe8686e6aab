using RetroVue.Runtime.Channels;
using RetroVue.Runtime.Schedules;

namespace RetroVue.Runtime.AspNetCore;

/// <summary>What a station airs and how; read once, when the host starts.</summary>
public sealed class RetroVueOptions
{
    /// <summary>The schedule's JSON file; either this or <see cref="Channels"/>.</summary>
    public string? ScheduleFile { get; set; }

    /// <summary>The channels, made by the caller; either these or <see cref="ScheduleFile"/>.</summary>
    public IReadOnlyList<ChannelSchedule>? Channels { get; set; }

    /// <summary>How channels are run.</summary>
    public ChannelOptions Channel { get; set; } = new();
}
