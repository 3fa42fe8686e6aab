using RetroVue.Media.Elements.MpegTs;
using RetroVue.Media.Formats;
using RetroVue.Media.Time;

namespace RetroVue.Runtime.Output;

/// <summary>One of the channel's streams on its way out.</summary>
internal sealed class OutputLane(MediaKind kind, TransportStreamTrack track)
{
    public MediaKind Kind { get; } = kind;

    public TransportStreamTrack Track { get; } = track;

    /// <summary>The decoding time written last; None before the first.</summary>
    public ClockTime LastDecode { get; set; } = ClockTime.None;

    /// <summary>True while packets are dropped because one before them came too late.</summary>
    public bool IsBroken { get; set; }

    /// <summary>True while packets are dropped because the stream cannot become what they are.</summary>
    public bool IsRefused { get; set; }
}
