using RetroVue.Media.Elements.Coded;
using RetroVue.Media.Elements.MpegTs;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Runtime.Output;

/// <summary>One of the channel's streams on its way to the transport stream's writer.</summary>
internal sealed class OutputStream(MediaKind kind, TransportStreamTrack track)
{
    private readonly CodedBeginning _beginning = new();
    private bool _isToEnter;
    private ClockTime _entered = ClockTime.None;

    public MediaKind Kind { get; } = kind;

    public TransportStreamTrack Track { get; } = track;

    /// <summary>The decoding time of the packet written last; None before the first.</summary>
    public ClockTime LastDecode { get; set; } = ClockTime.None;

    /// <summary>True while packets are dropped because the stream cannot change to their format.</summary>
    public bool IsRefused { get; set; }

    /// <summary>Notes the format of the packets that follow.</summary>
    public void Begin(EncodedFormat format)
    {
        _beginning.Expect(format);
        _isToEnter = Kind == MediaKind.Video;
    }

    /// <summary>True if a packet can be written. A packet that is too late cannot, nor can pictures that need it.</summary>
    public bool Admits(MediaBuffer packet, bool isLate)
    {
        _isToEnter |= isLate && Kind == MediaKind.Video;
        // After a loss, pictures that are shown before the next key frame refer to lost pictures.
        return !isLate && (_isToEnter ? packet.IsKeyFrame : !(packet.Pts < _entered));
    }

    /// <summary>Prepares an accepted packet for decoders that may have decoded another item before.</summary>
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
