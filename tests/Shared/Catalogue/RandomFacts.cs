using System.Collections.Immutable;
using RetroVue.Media.FFmpeg.Containers;
using RetroVue.Media.Formats;
using RetroVue.Media.Time;
using RetroVue.Runtime.Catalogue;
using RetroVue.Runtime.Output;

namespace RetroVue.Tests.Catalogue;

/// <summary>Facts of files that could exist, and of some that could not.</summary>
internal static class RandomFacts
{
    private static readonly string[] s_words = ["h264", "aac", "High 4:4:4 Predictive", "", "\"", "\\", "Straße", "日本", "\u0001", "\ud83d\ude00", "a\nb", "</script>"];

    public static MediaFacts Make(Random random) => new(
        ClockTime.FromNanoseconds(random.NextInt64(1, long.MaxValue)),
        Maybe(random, () => Format(random, MediaKind.Video)),
        Maybe(random, () => Format(random, MediaKind.Audio)),
        ClockTime.FromNanoseconds(random.NextInt64(long.MaxValue)))
    {
        PeakBitRate = Number(random),
        AverageBitRate = Number(random),
        HasUntimedPictures = random.Next(2) == 0,
        Changes = [.. Enumerable.Range(0, Math.Max(0, random.Next(6) - 3)).Select(_ => new ChangedFormat(
            ClockTime.FromNanoseconds(Number(random)), Format(random, MediaKind.Video)))],
    };

    public static CopyFormats Formats(Random random) => new(
        new ChannelFormats(Format(random, MediaKind.Video), Maybe(random, () => Format(random, MediaKind.Audio))),
        Maybe(random, () => new ChannelRates(Number(random), Number(random))));

    /// <summary>Returns a path with characters that stores and formats may treat in a special way.</summary>
    public static string Path(Random random)
    {
        string[] parts = ["a", "A", "b ", " b", "%", "_", "'", "\"", "\\", "é", "e\u0301", "日", "\ud83d\ude00", "\n", "*", "?", ";--", ".."];
        return "/" + string.Concat(Enumerable.Range(0, random.Next(1, 6)).Select(_ => parts[random.Next(parts.Length)]));
    }

    private static EncodedFormat Format(Random random, MediaKind kind) => new(Word(random), kind)
    {
        Profile = Maybe(random, () => Word(random)),
        ProfileNumber = random.Next(2) == 0 ? null : random.Next(),
        Level = random.Next(2) == 0 ? null : random.Next(),
        CodecTag = (uint)random.NextInt64(1L << 32),
        ParameterSets = Bytes(random),
        Video = kind == MediaKind.Video ? Maybe(random, () => Picture(random)) : null,
        Audio = kind == MediaKind.Audio ? Maybe(random, () => new AudioFormat(Any<SampleFormat>(random), random.Next(), new ChannelLayout(Word(random), random.Next(1, 64)))) : null,
        BitRate = Number(random),
        InitialPadding = random.Next(),
        FrameSize = random.Next(),
        TrailingPadding = random.Next(),
        SeekPreroll = random.Next(),
        BlockAlign = random.Next(),
        BitsPerCodedSample = random.Next(64),
        BitsPerRawSample = random.Next(64),
        ReorderDepth = random.Next(16),
        ChromaLocation = Maybe(random, () => Word(random)),
        Declared = Maybe(random, () => new StreamDeclaration
        {
            RawFormat = Maybe(random, () => Word(random)),
            FieldOrder = Maybe(random, () => Word(random)),
            SampleAspectRatio = Ratio(random),
            HasRange = random.Next(2) == 0,
            Layout = Maybe(random, () => Word(random)),
        }),
    };

    private static VideoFormat Picture(Random random) => new(Any<PixelFormat>(random), random.Next(), random.Next(), Ratio(random))
    {
        SampleAspectRatio = Ratio(random),
        Interlacing = Any<Interlacing>(random),
        Orientation = Any<Orientation>(random),
        Color = new ColorDescription(Maybe(random, () => Word(random)), Maybe(random, () => Word(random)), Maybe(random, () => Word(random)), Maybe(random, () => Word(random))),
    };

    private static T? Maybe<T>(Random random, Func<T> make)
        where T : class => random.Next(3) == 0 ? null : make();

    private static T Any<T>(Random random)
        where T : struct, Enum => Enum.GetValues<T>()[random.Next(Enum.GetValues<T>().Length)];

    private static string Word(Random random) => s_words[random.Next(s_words.Length)];

    private static Rational Ratio(Random random) => new(random.Next(-1, 50_000), random.Next(0, 2000));

    private static long Number(Random random) => random.Next(3) == 0 ? 0 : random.NextInt64(long.MaxValue);

    private static ReadOnlyMemory<byte> Bytes(Random random)
    {
        byte[] bytes = new byte[random.Next(3) * 40];
        random.NextBytes(bytes);
        return bytes;
    }
}
