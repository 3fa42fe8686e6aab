using System.Collections.Immutable;

namespace RetroVue.Media.Formats;

/// <summary>
/// Compressed media: packets of one codec, with all that a container or an encoder says of them, so that a decoder or another container
/// gets it back.
/// </summary>
/// <param name="Codec">The codec by FFmpeg's descriptor name: "h264", "aac", "mp2".</param>
/// <param name="Kind">What the stream is for.</param>
public sealed record EncodedFormat(string Codec, MediaKind Kind) : MediaFormat
{
    /// <summary>The codec's profile by name, such as "High" or "LC"; null if not known.</summary>
    public string? Profile { get; init; }

    /// <summary>The profile by FFmpeg's number for it, which some have that have no name; null if not known.</summary>
    public int? ProfileNumber { get; init; }

    /// <summary>The codec's level as its standard counts it; null if not known.</summary>
    public int? Level { get; init; }

    /// <summary>
    /// The code by which the container knows the codec, four letters with the first in the lowest byte ("hvc1") or a number; zero if it
    /// has none. Another container takes it over only where it means the same codec there.
    /// </summary>
    public uint CodecTag { get; init; }

    /// <summary>
    /// The parameter sets as the container holds them (for H.264 in MP4 an avcC record, in TS start codes or nothing; for AAC an
    /// AudioSpecificConfig or nothing).
    /// </summary>
    public ReadOnlyMemory<byte> ParameterSets { get; init; }

    /// <summary>What the pictures are once decoded; null for other kinds.</summary>
    public VideoFormat? Video { get; init; }

    /// <summary>What the sound is once decoded; null for other kinds.</summary>
    public AudioFormat? Audio { get; init; }

    /// <summary>Bits per second as declared; zero if not known.</summary>
    public long BitRate { get; init; }

    /// <summary>Samples of sound that the encoder put before the first true one (priming); zero if none or not known.</summary>
    public int InitialPadding { get; init; }

    /// <summary>Samples in each packet of sound; zero if that varies or is not known.</summary>
    public int FrameSize { get; init; }

    /// <summary>Samples of sound that fill the last packet up after the last true one; zero if none or not known.</summary>
    public int TrailingPadding { get; init; }

    /// <summary>Samples of sound to decode before a place that is sought until what comes out is right; zero if none.</summary>
    public int SeekPreroll { get; init; }

    /// <summary>Bytes of a packet, or of the smallest piece that can be decoded, where all have the same; zero elsewhere.</summary>
    public int BlockAlign { get; init; }

    /// <summary>Bits of a coded sample or pixel; zero if not known. Some codecs do not decode without it.</summary>
    public int BitsPerCodedSample { get; init; }

    /// <summary>Bits of a decoded sample that mean something, such as 20 in a word of 32; zero if all do or it is not known.</summary>
    public int BitsPerRawSample { get; init; }

    /// <summary>Pictures that a decoder holds back to put them in order.</summary>
    public int ReorderDepth { get; init; }

    /// <summary>Where chroma samples lie between those of luma: "left", "center", "topleft"; null if not stated.</summary>
    public string? ChromaLocation { get; init; }

    /// <summary>FFmpeg's own words for the pictures or the sound; null if the format comes from elsewhere.</summary>
    public StreamDeclaration? Declared { get; init; }

    /// <summary>What is said of the whole stream beside its format: how to turn the picture, its mastering display, Dolby Vision.</summary>
    public ImmutableArray<StreamSideData> SideData { get; init; } = [];

    /// <summary>The bytes of a piece of side data; empty if there is none of that kind.</summary>
    public ReadOnlyMemory<byte> FindSideData(StreamSideDataKind kind) => SideData.FirstOrDefault(item => item.Kind == kind)?.Data ?? default;

    /// <summary>Equal in every property, the parameter sets and side data byte by byte.</summary>
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

    /// <summary>A text such as "h264 High (video yuv420p 640x360 25/1 fps)".</summary>
    public override string ToString()
    {
        string name = Profile is null ? Codec : $"{Codec} {Profile}";
        return (MediaFormat?)Video is { } video ? $"{name} ({video})" : Audio is { } audio ? $"{name} ({audio})" : name;
    }
}
