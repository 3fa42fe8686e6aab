namespace RetroVue.Media.Formats;

/// <summary>Compressed media: packets of one codec.</summary>
/// <param name="Codec">The codec by FFmpeg's descriptor name: "h264", "aac", "mp2".</param>
/// <param name="Kind">What the stream is for.</param>
public sealed record EncodedFormat(string Codec, MediaKind Kind) : MediaFormat
{
    /// <summary>The codec's profile by name, such as "High" or "LC"; null where not known.</summary>
    public string? Profile { get; init; }

    /// <summary>The codec's level as its standard counts it; zero where not known.</summary>
    public int Level { get; init; }

    /// <summary>
    /// The parameter sets as the container holds them (for H.264 in MP4 an avcC record, in TS start codes or nothing; for AAC an
    /// AudioSpecificConfig or nothing).
    /// </summary>
    public ReadOnlyMemory<byte> ParameterSets { get; init; }

    /// <summary>What the pictures are once decoded; null for other kinds.</summary>
    public VideoFormat? Video { get; init; }

    /// <summary>What the sound is once decoded; null for other kinds.</summary>
    public AudioFormat? Audio { get; init; }

    /// <summary>Bits per second as declared; zero where not known.</summary>
    public long BitRate { get; init; }

    /// <summary>Samples of sound that the encoder put before the first true one (priming); zero where none or not known.</summary>
    public int InitialPadding { get; init; }

    /// <summary>Samples in each packet of sound; zero where that varies or is not known.</summary>
    public int FrameSize { get; init; }

    /// <summary>Equal in every property, the parameter sets byte by byte.</summary>
    public bool Equals(EncodedFormat? other) =>
        other is not null && Codec == other.Codec && Kind == other.Kind && Profile == other.Profile && Level == other.Level
        && BitRate == other.BitRate && InitialPadding == other.InitialPadding && FrameSize == other.FrameSize
        && Equals(Video, other.Video) && Equals(Audio, other.Audio)
        && ParameterSets.Span.SequenceEqual(other.ParameterSets.Span);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Codec, Kind, Profile, Level, Video, Audio, ParameterSets.Length);

    /// <summary>A text such as "h264 High (video yuv420p 640x360 25/1 fps)".</summary>
    public override string ToString()
    {
        string name = Profile is null ? Codec : $"{Codec} {Profile}";
        return (MediaFormat?)Video is { } video ? $"{name} ({video})" : Audio is { } audio ? $"{name} ({audio})" : name;
    }
}
