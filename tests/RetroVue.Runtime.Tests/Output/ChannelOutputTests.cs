using Microsoft.Extensions.Logging.Abstractions;
using NodaTime;
using RetroVue.Media.Formats;
using RetroVue.Media.Memory;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Testing;
using RetroVue.Media.Time;
using RetroVue.Runtime.Channels;
using RetroVue.Runtime.Output;

namespace RetroVue.Runtime.Tests.Output;

public sealed class ChannelOutputTests
{
    private const int PacketSize = 188;

    [Test]
    public async Task Picture_that_is_shown_when_the_one_before_is_decoded_is_dropped_up_to_the_next_key_frame()
    {
        var executor = new SimulatedExecutor();
        var format = new EncodedFormat("mpeg2video", MediaKind.Video) { Video = new VideoFormat(PixelFormat.Yuv420P, 320, 180, new Rational(25, 1)) };
        var options = new PipelineOptions { Executor = executor };
        await using var output = new ChannelOutput("Test", new ChannelLine(executor.Clock, NodaConstants.UnixEpoch), new CopiedChannel(new ChannelFormats(format, null)), options);
        await using var pipeline = new Pipeline(options);
        // The third picture cannot be decoded in the order of the file and also before it is shown. The fourth picture needs the third.
        ScriptedSource source = pipeline.Add(new ScriptedSource(
        [
            new FormatChanged(format), Segment.Default, Packet(1000, 1000, true), Packet(1040, 1040), Packet(1040, 1020), Packet(1080, 1080), Packet(1120, 1120, true),
        ]));
        var input = pipeline.Add(new ChannelSink("input", ClockTime.Zero, ClockTime.FromSeconds(60)));
        pipeline.Link(source.Outputs[0], input.AddStream(MediaKind.Video));
        await pipeline.StartAsync();
        Task run = pipeline.RunAsync();
        ChannelFeed feed = output.OpenFeed("test");
        feed.SwitchAt(input, ClockTime.Zero);
        output.SwitchAt(feed, NodaConstants.UnixEpoch);
        await output.StartAsync();
        List<long> times = [];
        using ChunkReader reader = output.Stream.Read();
        for (int granule = 0; granule < 50; granule++)
        {
            executor.RunFor(ClockTime.FromMilliseconds(40));
            TakeDecodingTimes(reader, times);
        }

        Assert.That(times, Is.EqualTo(new long[] { 90_000, 93_600, 100_800 }));
        Assert.That(output.LatePackets, Is.EqualTo(2));
        using var meters = new TestMeters();
        using var measured = new Measurements(meters);
        var watch = new OutputWatch(null!, null!, NullLogger.Instance, new ChannelTelemetry(RuntimeTelemetry.Of(meters), "test"));
        watch.Count(output);
        watch.Count(output);
        Assert.That(measured.Of("retrovue.channel.late_packets", "channel=test reason=machine"), Is.EqualTo(new[] { 2.0 }), "each is counted once");
        executor.RunUntilCompleted(run, executor.Clock.Now + ClockTime.FromSeconds(1));
    }

    /// <summary>Makes a packet; its times are in milliseconds.</summary>
    private static MediaBuffer Packet(int pts, int dts, bool isKeyFrame = false)
    {
        MediaBuffer buffer = MediaBuffer.Create(HeapMemory.Copy(new byte[1000]));
        (buffer.Pts, buffer.Dts) = (ClockTime.FromMilliseconds(pts), ClockTime.FromMilliseconds(dts));
        buffer.Flags = isKeyFrame ? BufferFlags.KeyFrame : BufferFlags.None;
        return buffer;
    }

    /// <summary>Reads the decoding times, in 90 kHz ticks, of the pictures that have come (ISO/IEC 13818-1 2.4.3.6).</summary>
    private static void TakeDecodingTimes(ChunkReader reader, List<long> times)
    {
        while (reader.TryRead(out MediaBuffer? chunk) == ChunkReadState.Chunk)
        {
            for (ReadOnlySpan<byte> packets = chunk!.Data; packets.Length >= PacketSize; packets = packets[PacketSize..])
            {
                int pid = ((packets[1] & 0x1F) << 8) | packets[2];
                if (pid != 0x100 || (packets[1] & 0x40) == 0)
                {
                    continue;
                }

                ReadOnlySpan<byte> pes = packets[((packets[3] & 0x20) != 0 ? 5 + packets[4] : 4)..];
                ReadOnlySpan<byte> stamp = pes[((pes[7] & 0x40) != 0 ? 14 : 9)..];
                times.Add(((long)(stamp[0] >> 1 & 7) << 30) | ((long)stamp[1] << 22) | ((long)(stamp[2] >> 1) << 15) | ((long)stamp[3] << 7) | (long)(stamp[4] >> 1));
            }

            chunk.Release();
        }
    }
}
