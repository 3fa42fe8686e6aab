using RetroVue.Media.Elements.Coded;
using RetroVue.Media.Elements.MpegTs;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Runtime.Output;

/// <summary>One of the channel's streams on its way out.</summary>
internal sealed class OutputLane(MediaKind kind, TransportStreamTrack track)
{
    private readonly CodedBeginning _beginning = new();
    private bool _isToEnter;
    private ClockTime _entered = ClockTime.None;

    public MediaKind Kind { get; } = kind;

    public TransportStreamTrack Track { get; } = track;

    /// <summary>The decoding time written last; None before the first.</summary>
    public ClockTime LastDecode { get; set; } = ClockTime.None;

    /// <summary>True while packets are dropped because the stream cannot become what they are.</summary>
    public bool IsRefused { get; set; }

    /// <summary>Says that something else follows than what was written last.</summary>
    public void Begin(EncodedFormat format)
    {
        _beginning.Expect(format);
        _isToEnter = Kind == MediaKind.Video;
    }

    /// <summary>Whether a packet can be written; one that came too late cannot, nor can pictures that need what was not.</summary>
    public bool Admits(MediaBuffer packet, bool isLate)
    {
        _isToEnter |= isLate && Kind == MediaKind.Video;
        // What is shown before the key frame that follows on a loss refers to what was lost.
        return !isLate && (_isToEnter ? packet.IsKeyFrame : !(packet.Pts < _entered));
    }

    /// <summary>A packet that is admitted as it is to be written, for decoders that may have shown something else before.</summary>
    public MediaBuffer Write(MediaBuffer packet)
    {
        if (!_isToEnter)
        {
            return _beginning.Follow(packet);
        }

        (_isToEnter, _entered) = (false, packet.Pts);
        return _beginning.Enter(packet);
    }
}
