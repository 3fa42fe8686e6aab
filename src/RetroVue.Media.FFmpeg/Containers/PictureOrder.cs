using RetroVue.Media.FFmpeg.Interop;

namespace RetroVue.Media.FFmpeg.Containers;

/// <summary>Reads the presentation order from pictures.</summary>
/// <remarks>All pictures are read, in decoding order. Allocates nothing after construction.</remarks>
internal abstract unsafe class PictureOrder : IDisposable
{
    /// <summary>
    /// True if the count goes on through the whole stream; false if it starts from 0 at pictures where decoding can begin.
    /// </summary>
    public virtual bool IsContinuous => false;

    /// <summary>True if the last picture is one field, and the other field is in a packet of its own.</summary>
    public virtual bool IsField => false;

    /// <summary>Makes a reader for a codec's pictures, which can begin at any key frame; null for codecs without a reader.</summary>
    public static PictureOrder? Of(string codec, AVStream* stream) => codec switch
    {
        "h264" or "hevc" => new CountedOrder(stream),
        "mpeg4" => new VopOrder(stream),
        _ => null,
    };

    /// <summary>Returns the picture's number in presentation order; null if the picture does not contain it.</summary>
    public abstract long? Read(AVPacket* packet);

    /// <inheritdoc/>
    public abstract void Dispose();
}
