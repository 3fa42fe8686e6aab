namespace RetroVue.Media.FFmpeg.Codecs;

/// <summary>The FFmpeg libraries in use have no decoder or encoder for a codec. The message says which package may have it. It is not transient.</summary>
public sealed class CodecNotFoundException : FFmpegException
{
    internal CodecNotFoundException(string codec, string message)
        : base(message, null) => Codec = codec;

    /// <summary>The name of the codec.</summary>
    public string Codec { get; }
}
