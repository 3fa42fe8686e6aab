using System.Runtime.InteropServices;
using RetroVue.Media.FFmpeg.Codecs;
using RetroVue.Media.Formats;
using RetroVue.Media.Memory;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Runtime.Tests.Output.AnyInput;

/// <summary>
/// Pictures and sound that are encoded once in a run of the tests and used again and again: closed groups, and a tone that goes on from
/// packet to packet.
/// </summary>
internal static class CodedPool
{
    /// <summary>The number of different groups.</summary>
    public const int Groups = 8;

    private static readonly Dictionary<string, CodedStream> s_streams = new(StringComparer.Ordinal);

    /// <summary>The time for which a picture lasts, as the encoder was told.</summary>
    public static ClockTime PictureStep => ClockTime.FromMilliseconds(40);

    /// <summary>Returns a group of pictures in decoding order. By their own headers they are of 64x48 and 25 a second.</summary>
    /// <param name="codec">"h264" or "mpeg2video".</param>
    /// <param name="size">The number of pictures.</param>
    /// <param name="between">The number of B-frames between two pictures that others refer to.</param>
    /// <param name="number">The number that the first picture shows; the others count on from it.</param>
    /// <param name="isInBand">True if parameter sets stand before the key frame, false if they are in the format alone.</param>
    public static CodedStream Pictures(string codec, int size, int between, int number, bool isInBand) => Get(
        $"{codec} {size} {between} {number} {isInBand}",
        new VideoFormat(PixelFormat.Yuv420P, NumberedPicture.Width, NumberedPicture.Height, new Rational(25, 1)),
        new EncoderOptions
        {
            Codec = codec,
            Preset = codec == "h264" ? "ultrafast" : null,
            Quality = codec == "h264" ? 24 : null,
            BitRate = codec == "h264" ? 0 : 1_000_000,
            BFrames = between,
            GopDuration = ClockTime.None,
            GlobalHeader = !isInBand,
            Settings = codec == "h264"
                ? new Dictionary<string, string>(StringComparer.Ordinal) { ["x264-params"] = "keyint=1000:b-adapt=0:b-pyramid=0:scenecut=0" }
                : new Dictionary<string, string>(StringComparer.Ordinal) { ["g"] = "1000", ["b_strategy"] = "0", ["sc_threshold"] = "1000000000" },
        },
        Enumerable.Range(0, size).Select(i => Timed(NumberedPicture.Draw(number + i), PictureStep * i, PictureStep)));

    /// <summary>Returns packets of a tone, which may follow one another in any order.</summary>
    /// <param name="codec">"aac" or "mp2", at 48 kHz.</param>
    /// <param name="item">The item of which the sound is: the next item's sound is a quarter as loud.</param>
    public static CodedStream Sound(string codec, char item)
    {
        int frame = FrameSize(codec);
        var format = new AudioFormat(codec == "aac" ? SampleFormat.F32Planar : SampleFormat.S16, 48_000, ChannelLayout.Mono);
        CodedStream stream = Get(
            $"{codec} {item}",
            format,
            new EncoderOptions { Codec = codec, BitRate = 96_000, GlobalHeader = true },
            Enumerable.Range(0, 24).Select(i => Timed(Tone(frame, item == Mark.First ? 0.6 : 0.15, format.SampleFormat), ClockTime.FromUnits(i * frame, new Rational(1, 48_000)), SoundStep(codec))));
        // The first packets have the beginning of the tone and the last ones its end, so they are left out.
        return new CodedStream(stream.Format with { InitialPadding = 0, TrailingPadding = 0 }, [.. stream.Packets.Skip(8).Take(8)]);
    }

    /// <summary>Returns the time for which a packet of sound lasts.</summary>
    public static ClockTime SoundStep(string codec) => ClockTime.FromUnits(FrameSize(codec), new Rational(1, 48_000));

    private static int FrameSize(string codec) => codec == "aac" ? 1024 : 1152;

    private static CodedStream Get(string key, MediaFormat format, EncoderOptions options, IEnumerable<MediaBuffer> raw)
    {
        if (!s_streams.TryGetValue(key, out CodedStream? stream))
        {
            s_streams[key] = stream = Encode(format, options, raw);
        }

        return stream;
    }

    private static CodedStream Encode(MediaFormat format, EncoderOptions options, IEnumerable<MediaBuffer> raw)
    {
        MediaKind kind = format is VideoFormat ? MediaKind.Video : MediaKind.Audio;
        List<(ClockTime Pts, byte[] Data)> packets = [];
        var taken = new CollectingSink("taken", buffer => packets.Add((buffer.Pts, buffer.Data.ToArray())));
        PacketPipeline.Run([(kind, format)], raw.Select(buffer => (kind, (object)buffer)), (pipeline, source) =>
        {
            Encoder encoder = pipeline.Add(new Encoder("encoder", options));
            pipeline.Link(source.Outputs[0], encoder.Inputs[0]);
            pipeline.Link(encoder.Outputs[0], pipeline.Add(taken).Inputs[0]);
        });
        return new CodedStream((EncodedFormat)taken.Events.OfType<FormatChanged>().Last().Format, packets);
    }

    private static MediaBuffer Timed(HeapMemory memory, ClockTime pts, ClockTime duration)
    {
        MediaBuffer buffer = MediaBuffer.Create(memory);
        (buffer.Pts, buffer.Duration) = (pts, duration);
        return buffer;
    }

    /// <summary>Makes ten whole waves.</summary>
    private static HeapMemory Tone(int samples, double level, SampleFormat format)
    {
        float[] tone = [.. Enumerable.Range(0, samples).Select(i => (float)(level * Math.Sin(2 * Math.PI * 10 * i / samples)))];
        return format == SampleFormat.S16
            ? HeapMemory.Copy(MemoryMarshal.AsBytes<short>(tone.Select(sample => (short)(sample * 32_000)).ToArray()))
            : HeapMemory.Copy(MemoryMarshal.AsBytes<float>(tone));
    }
}
