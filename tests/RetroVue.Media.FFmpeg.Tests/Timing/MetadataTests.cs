using RetroVue.Media.Elements.Flow;
using RetroVue.Media.Elements.MpegTs;
using RetroVue.Media.Elements.Probes;
using RetroVue.Media.Elements.TestSources;
using RetroVue.Media.FFmpeg.Codecs;
using RetroVue.Media.FFmpeg.Containers;
using RetroVue.Media.FFmpeg.Conversion;
using RetroVue.Media.FFmpeg.Tests.Codecs;
using RetroVue.Media.FFmpeg.Tests.Support;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.FFmpeg.Tests.Timing;

/// <summary>
/// A source marks its buffers as uncertain or estimated, and numbers them. The buffers that every element makes of these keep those marks.
/// </summary>
[LeakCheck]
public sealed class MetadataTests
{
    private static readonly Rational s_rate = new(30000, 1001);

    /// <summary>Every element that passes media on, with its input.</summary>
    private static readonly (string Name, Func<Recording> Input, Func<Element> Make)[] s_elements =
    [
        ("Decoder, pictures", () => Encoded(Pictures(), new EncoderOptions { Codec = "h264", Preset = "ultrafast", BFrames = 2 }), () => new Decoder("decoder")),
        ("Decoder, sound", () => Encoded(Sound(), new EncoderOptions { Codec = "aac" }), () => new Decoder("decoder")),
        ("Encoder, pictures", Pictures, () => new Encoder("encoder", new EncoderOptions { Codec = "h264", Preset = "medium", BFrames = 3 })),
        ("Encoder, sound", Sound, () => new Encoder("encoder", new EncoderOptions { Codec = "aac" })),
        ("VideoConverter", Pictures, () => new VideoConverter("converter", new VideoFormat(PixelFormat.Yuv420P, 200, 100, s_rate))),
        ("VideoConverter, fields", Fields, () => new VideoConverter("converter", new VideoFormat(PixelFormat.Yuv420P, 640, 360, s_rate))),
        ("AudioConverter", Sound, () => new AudioConverter("converter", new AudioFormat(SampleFormat.S16, 44_100, ChannelLayout.Mono))),
        ("TimestampProbe", Pictures, () => new TimestampProbe("probe", 100)),
        ("BufferQueue", Pictures, () => new BufferQueue("queue")),
    ];

    /// <summary>The elements that begin or end streams, and Tee, which passes on the same buffers.</summary>
    private static readonly Type[] s_withoutBuffersOfOthers =
        [typeof(FileDemuxer), typeof(FileMuxer), typeof(TransportStreamMuxer), typeof(TestVideoSource), typeof(TestToneSource), typeof(Tee)];

    private static IEnumerable<string> Names => s_elements.Select(entry => entry.Name);

    [TestCaseSource(nameof(Names))]
    public void Metadata_is_kept_by(string name)
    {
        (_, Func<Recording> input, Func<Element> make) = s_elements.Single(entry => entry.Name == name);
        using Recording raw = input();
        using Recording source = Recording.Of(new ScriptedSource(Marked(raw)));
        using Recording made = Recording.Of(new ScriptedSource(source.Script()), make());
        Assert.That(made.Buffers, Is.Not.Empty);
        bool isSound = source.Format is AudioFormat or EncodedFormat { Kind: MediaKind.Audio };
        MediaBuffer[] sources = [.. source.Buffers.OrderBy(buffer => buffer.Pts)];
        foreach (MediaBuffer buffer in made.Buffers)
        {
            // Sound is cut and joined, so the buffer with its first sample counts. An encoder's priming lies before the first sample.
            MediaBuffer expected = isSound
                ? sources.LastOrDefault(candidate => candidate.Pts <= buffer.Pts + ClockTime.FromMilliseconds(1)) ?? sources[0]
                : sources.Single(candidate => candidate.Pts == buffer.Pts);
            Assert.That(buffer.Uncertainty, Is.EqualTo(expected.Uncertainty), $"{buffer}");
            Assert.That(buffer.Sequence, Is.EqualTo(expected.Sequence), $"{buffer}");
            Assert.That(buffer.Flags & BufferFlags.EstimatedTime, Is.EqualTo(expected.Flags & BufferFlags.EstimatedTime), $"{buffer}");
        }
    }

    [Test]
    public void Every_element_is_in_the_table()
    {
        HashSet<Type> known = [.. s_elements.Select(entry =>
        {
            using Element element = entry.Make();
            return element.GetType();
        })];
        known.UnionWith(s_withoutBuffersOfOthers);
        IEnumerable<Type> all = new[] { typeof(Element).Assembly, typeof(Decoder).Assembly }
            .SelectMany(assembly => assembly.GetTypes())
            .Where(type => type.IsSubclassOf(typeof(Element)) && !type.IsAbstract);
        Assert.That(all.Where(type => !known.Contains(type)), Is.Empty);
    }

    private static Recording Pictures() => Recording.Of(VideoCodingTests.Source(s_rate, 60, 777));

    private static Recording Fields()
    {
        using Recording pictures = Pictures();
        return Recording.Of(new ScriptedSource(pictures.Script().Select(item => item is FormatChanged { Format: VideoFormat format }
            ? new FormatChanged(format with { Interlacing = Interlacing.TopFieldFirst })
            : item)));
    }

    private static Recording Sound() => Recording.Of(AudioCodingTests.Tone(48_000 * 5, 1, 480, 48_000));

    private static Recording Encoded(Recording raw, EncoderOptions options)
    {
        using (raw)
        {
            return Recording.Of(new ScriptedSource(raw.Script()), new Encoder("encoder", options));
        }
    }

    /// <summary>Gives every buffer other marks.</summary>
    private static IEnumerable<object> Marked(Recording raw)
    {
        int i = 0;
        foreach (object item in raw.Script())
        {
            if (item is MediaBuffer shared)
            {
                MediaBuffer buffer = shared.MakeWritable();
                buffer.Uncertainty = ClockTime.FromNanoseconds(1000 + i);
                buffer.Sequence = 500 + (3 * i);
                buffer.Flags |= i % 3 == 0 ? BufferFlags.EstimatedTime : BufferFlags.None;
                i++;
                yield return buffer;
            }
            else
            {
                yield return item;
            }
        }
    }
}
