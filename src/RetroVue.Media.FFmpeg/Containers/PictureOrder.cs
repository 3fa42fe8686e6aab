using RetroVue.Media.FFmpeg.Interop;

namespace RetroVue.Media.FFmpeg.Containers;

/// <summary>Reads out of pictures in which order they are shown.</summary>
/// <remarks>Pictures are read in the order of decoding, and none is left out. Allocates nothing after it was made.</remarks>
internal abstract unsafe class PictureOrder : IDisposable
{
    /// <summary>True if the count goes on through the stream; else it begins from 0 at pictures where decoding can begin anew.</summary>
    public virtual bool IsContinuous => false;

    /// <summary>True if the last picture that was read is one field, and the other comes in a packet of its own.</summary>
    public virtual bool IsField => false;

    /// <summary>What reads the order of a codec's pictures, beginning at any key frame; null for codecs whose order nothing here reads.</summary>
    public static PictureOrder? Of(string codec, AVStream* stream) => codec switch
    {
        "h264" or "hevc" => new CountedOrder(stream),
        "mpeg4" => new VopOrder(stream),
        _ => null,
    };

    /// <summary>The picture's count in the order of presentation; null if it does not say.</summary>
    public abstract long? Read(AVPacket* packet);

    /// <inheritdoc/>
    public abstract void Dispose();
}
