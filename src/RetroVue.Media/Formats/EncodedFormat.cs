using System.Collections.Immutable;

namespace RetroVue.Media.Formats;

/// <summary>
/// Encoded media: packets of one codec, with all parameters from a container or an encoder, so that a decoder or another container gets
/// them too.
/// </summary>
/// <param name="Codec">The codec by FFmpeg's descriptor name: "h264", "aac", "mp2".</param>
/// <param name="Kind">Picture, sound or other.</param>
public sealed record EncodedFormat(string Codec, MediaKind Kind) : MediaFormat
{
    /// <summary>The codec's profile by name, such as "High" or "LC"; null if not known.</summary>
    public string? Profile { get; init; }

    /// <summary>FFmpeg's number of the profile; some profiles have no name. Null if not known.</summary>
    public int? ProfileNumber { get; init; }

    /// <summary>The codec's level, as in its standard; null if not known.</summary>
    public int? Level { get; init; }

    /// <summary>
    /// The container's code for the codec: four letters with the first in the lowest byte ("hvc1"), or a number; zero if there is none.
    /// Another container uses it only if it has the same meaning there.
    /// </summary>
    public uint CodecTag { get; init; }

    /// <summary>
    /// The parameter sets as in the container (for H.264 in MP4 an avcC record, in TS byte stream or nothing; for AAC an
    /// AudioSpecificConfig or nothing).
    /// </summary>
    public ReadOnlyMemory<byte> ParameterSets { get; init; }

    /// <summary>The format of the decoded pictures; null for other kinds.</summary>
    public VideoFormat? Video { get; init; }

    /// <summary>The format of the decoded sound; null for other kinds.</summary>
    public AudioFormat? Audio { get; init; }

    /// <summary>Bits per second as declared; zero if not known.</summary>
    public long BitRate { get; init; }

    /// <summary>The number of samples that the encoder inserted before the first real one (priming); zero if none or not known.</summary>
    public int InitialPadding { get; init; }

    /// <summary>Samples in each packet of sound; zero if that varies or is not known.</summary>
    public int FrameSize { get; init; }

    /// <summary>The number of samples that fill the last packet after the last real one; zero if none or not known.</summary>
    public int TrailingPadding { get; init; }

    /// <summary>The number of samples that have to be decoded before a seek position until the output is correct; zero if none.</summary>
    public int SeekPreroll { get; init; }

    /// <summary>Bytes of each packet, or of the smallest part that can be decoded, if all are equal; otherwise zero.</summary>
    public int BlockAlign { get; init; }

    /// <summary>Bits of an encoded sample or pixel; zero if not known. Some decoders need it.</summary>
    public int BitsPerCodedSample { get; init; }

    /// <summary>Significant bits of a decoded sample, such as 20 in a word of 32; zero if all are significant or it is not known.</summary>
    public int BitsPerRawSample { get; init; }

    /// <summary>The number of pictures that a decoder holds to reorder them.</summary>
    public int ReorderDepth { get; init; }

    /// <summary>The position of chroma samples between those of luma: "left", "center", "topleft"; null if not declared.</summary>
    public string? ChromaLocation { get; init; }

    /// <summary>FFmpeg's own description of the pictures or the sound; null if the format does not come from FFmpeg.</summary>
    public StreamDeclaration? Declared { get; init; }

    /// <summary>Data about the whole stream in addition to its format: rotation, mastering display, Dolby Vision.</summary>
    public ImmutableArray<StreamSideData> SideData { get; init; } = [];

    /// <summary>Returns the bytes of one kind of side data; empty if there is none.</summary>
    public ReadOnlyMemory<byte> FindSideData(StreamSideDataKind kind) => SideData.FirstOrDefault(item => item.Kind == kind)?.Data ?? default;

    /// <summary>Compares all properties, the parameter sets and side data byte by byte.</summary>
    public bool Equals(EncodedFormat? other) =>
        other is not null && Codec == other.Codec && Kind == other.Kind && Profile == other.Profile && ProfileNumber == other.ProfileNumber
        && Level == other.Level && CodecTag == other.CodecTag && BitRate == other.BitRate
        && (InitialPadding, TrailingPadding, SeekPreroll) == (other.InitialPadding, other.TrailingPadding, other.SeekPreroll)
        && (FrameSize, BlockAlign, ReorderDepth) == (other.FrameSize, other.BlockAlign, other.ReorderDepth)
        && (BitsPerCodedSample, BitsPerRawSample) == (other.BitsPerCodedSample, other.BitsPerRawSample)
        && ChromaLocation == other.ChromaLocation && Equals(Declared, other.Declared)
        && Equals(Video, other.Video) && Equals(Audio, other.Audio)
        && ParameterSets.Span.SequenceEqual(other.ParameterSets.Span)
        && SideData.SequenceEqual(other.SideData);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Codec, Kind, Profile, CodecTag, Video, Audio, ParameterSets.Length);

    /// <summary>Returns a text such as "h264 High (video yuv420p 640x360 25/1 fps)".</summary>
    public override string ToString()
    {
        string name = Profile is null ? Codec : $"{Codec} {Profile}";
        return (MediaFormat?)Video is { } video ? $"{name} ({video})" : Audio is { } audio ? $"{name} ({audio})" : name;
    }
}
