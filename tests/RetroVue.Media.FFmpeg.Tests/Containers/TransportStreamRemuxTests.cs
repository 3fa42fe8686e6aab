using System.Security.Cryptography;
using RetroVue.Media.Elements.MpegTs;
using RetroVue.Media.FFmpeg.Containers;
using RetroVue.Media.FFmpeg.Tests.Corpus;
using RetroVue.Media.FFmpeg.Tests.Support;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Testing;
using RetroVue.Media.Time;

namespace RetroVue.Media.FFmpeg.Tests.Containers;

/// <summary>
/// If a file is copied into this library's transport stream, its packets equal those of libavformat's muxer, field by field.
/// </summary>
public sealed class TransportStreamRemuxTests
{
    /// <summary>
    /// The offset of all times. Without it, a negative decoding time would wrap around the 33 bits; ffmpeg's muxer moves all times to avoid
    /// that.
    /// </summary>
    private const int OffsetSeconds = 10;

    private static readonly Rational s_stamp = new(1, 90_000);
    private static readonly byte[] s_startCode = [0, 0, 1];

    // The difference between our ticks and ffmpeg's must be the same for both streams and all packets. If frames are whole ticks long, it
    // is exact. At 24000/1001 and 44.1 kHz they are not, and two ticks are allowed: ffmpeg rounds a second time when it moves the times,
    // and its demuxer counts sound from the beginning of each PES packet, and ours have more frames. Matroska stores no decoding times, so
    // the first ones are estimates on both sides, and one millisecond (its tick) is allowed.
    [TestCase("ntsc.mp4", 0)]
    [TestCase("film.mp4", 2)]
    [TestCase("pal-mono.mp4", 0)]
    [TestCase("slow.mp4", 2)]
    [TestCase("surround.mp4", 0)]
    [TestCase("silent.mp4", 0)]
    [TestCase("long.mp4", 0)]
    [TestCase("ntsc.mkv", 90)]
    [TestCase("pal.ts", 0)]
    public async Task Packets_of_a_remuxed_file_equal_those_of_libavformat(string name, int ticks)
    {
        string source = MediaCorpus.File(name);
        string ours = Path.Combine(MediaCorpus.Folder, $"ours-{name}.ts"), theirs = Path.Combine(MediaCorpus.Folder, $"theirs-{name}.ts");
        await RemuxAsync(source, ours);
        Tool.OutputOf("ffmpeg", "-v", "error", "-nostdin", "-y", "-i", source, "-map", "0", "-c", "copy", "-output_ts_offset", $"{OffsetSeconds}", theirs);

        (List<Packet> expectedVideo, List<Packet> expectedAudio) = Read(theirs);
        (List<Packet> video, List<Packet> audio) = Read(ours);
        Assert.That(expectedVideo, Is.Not.Empty);
        long shift = video[0].Dts - expectedVideo[0].Dts;
        AssertSame(video, expectedVideo, shift, ticks);
        AssertSame(audio, expectedAudio, shift, ticks);
    }

    private static void AssertSame(List<Packet> ours, List<Packet> theirs, long shift, int ticks)
    {
        Assert.That(ours.Select(packet => packet.Flags), Is.EqualTo(theirs.Select(packet => packet.Flags)));
        Assert.That(ours.Select(packet => packet.Content), Is.EqualTo(theirs.Select(packet => packet.Content)));
        foreach ((Packet packet, Packet expected) in ours.Zip(theirs))
        {
            Assert.That(packet.Pts, Is.EqualTo(expected.Pts + shift).Within(ticks), "PTS");
            Assert.That(packet.Dts, Is.EqualTo(expected.Dts + shift).Within(ticks), "DTS");
        }
    }

    private static async Task RemuxAsync(string source, string target)
    {
        await using FileStream file = File.Create(target);
        var executor = new SimulatedExecutor();
        var pipeline = new Pipeline(new PipelineOptions { Executor = executor });
        FileDemuxer demuxer = pipeline.Add(new FileDemuxer("demuxer", source));
        demuxer.Open();
        TransportStreamMuxer muxer = pipeline.Add(new TransportStreamMuxer("muxer", offset: ClockTime.FromSeconds(OffsetSeconds)));
        foreach (OutputPad output in demuxer.Outputs)
        {
            pipeline.Link(output, muxer.AddTrack());
        }

        pipeline.Link(muxer, pipeline.Add(new CollectingSink("file", chunk => file.Write(chunk.Data))));
        executor.RunUntilCompleted(pipeline.RunAsync(), ClockTime.FromSeconds(1));
        executor.RunUntilCompleted(pipeline.DisposeAsync().AsTask(), ClockTime.FromSeconds(1));
    }

    /// <summary>Returns the packets of each stream that libavformat's demuxer finds in a transport stream.</summary>
    private static (List<Packet> Video, List<Packet> Audio) Read(string path)
    {
        List<Packet> video = [], audio = [];
        var executor = new SimulatedExecutor();
        var pipeline = new Pipeline(new PipelineOptions { Executor = executor });
        FileDemuxer demuxer = pipeline.Add(new FileDemuxer("demuxer", path));
        demuxer.Open();
        foreach ((OutputPad? output, List<Packet> packets) in new[] { (demuxer.VideoOutput, video), (demuxer.AudioOutput, audio) })
        {
            if (output is not null)
            {
                bool isVideo = output == demuxer.VideoOutput;
                pipeline.Link(output, pipeline.Add(new CollectingSink(output.Name, buffer => packets.Add(PacketOf(buffer, isVideo)))).Inputs[0]);
            }
        }

        executor.RunUntilCompleted(pipeline.RunAsync(), ClockTime.FromSeconds(1));
        executor.RunUntilCompleted(pipeline.DisposeAsync().AsTask(), ClockTime.FromSeconds(1));
        return (video, audio);
    }

    private static Packet PacketOf(MediaBuffer buffer, bool isVideo) =>
        new(buffer.Pts.ToUnits(s_stamp), buffer.Dts.ToUnits(s_stamp), buffer.Flags, isVideo ? UnitsOf(buffer.Data) : Convert.ToHexString(SHA256.HashData(buffer.Data)));

    /// <summary>
    /// Returns the units of a picture in an order that does not depend on the muxer. Parameter sets may stand before or after supplemental
    /// information, and a start code may have three bytes or four (ISO/IEC 14496-10 annex B); FFmpeg's releases differ in both.
    /// </summary>
    private static string UnitsOf(ReadOnlySpan<byte> picture)
    {
        var units = new List<string>();
        for (int start = picture.IndexOf(s_startCode) + s_startCode.Length; start >= s_startCode.Length;)
        {
            int next = picture[start..].IndexOf(s_startCode);
            ReadOnlySpan<byte> unit = (next < 0 ? picture[start..] : picture.Slice(start, next)).TrimEnd((byte)0);
            units.Add($"{unit.Length} bytes {Convert.ToHexString(SHA256.HashData(unit))[..16]}");
            start = next < 0 ? -1 : start + next + s_startCode.Length;
        }

        units.Sort(StringComparer.Ordinal);
        return string.Join(", ", units);
    }

    private sealed record Packet(long Pts, long Dts, BufferFlags Flags, string Content);
}
