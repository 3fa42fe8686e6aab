using System.Buffers.Binary;
using RetroVue.Media.Elements.MpegTs;
using RetroVue.Media.FFmpeg.Containers;
using RetroVue.Media.FFmpeg.Native;
using RetroVue.Media.FFmpeg.Tests.Support;
using RetroVue.Media.Formats;
using RetroVue.Media.Memory;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.FFmpeg.Tests.Containers;

/// <summary>If media cannot be written, the error names the true cause and a remedy that fits it.</summary>
[LeakCheck]
public sealed class UnwritableTests
{
    [Test]
    public void File_of_nothing_but_a_header_is_an_error_and_no_empty_success()
    {
        var source = MadeMedia.Make("header-only.mp4", "-f lavfi -i testsrc=s=64x48 -f lavfi -i sine -t 1 -c:v mpeg4 -c:a aac -movflags empty_moov+frag_keyframe");
        var bytes = File.ReadAllBytes(source);
        var header = Path.Combine(MadeMedia.Folder, "header-only.cut.mp4");
        File.WriteAllBytes(header, bytes[..(bytes.AsSpan().IndexOf("moof"u8) - 4)]);
        foreach (var container in new[] { "mp4", "mkv", "ts" })
        {
            var error = Assert.Catch(() => Copying.Run(header, Path.Combine(MadeMedia.Folder, $"header-only.copy.{container}")));
            Assert.That(error!.Message, Does.Contain("header-only.cut.mp4"));
        }

        Assert.That(() => MediaProbe.Probe(header), Throws.TypeOf<MediaFileException>().With.Message.Contains("header-only.cut.mp4"));
    }

    [Test]
    public void Inputs_that_end_without_a_packet_are_an_error_of_the_muxer()
    {
        var muxer = new FileMuxer("muxer", Path.Combine(MadeMedia.Folder, "nothing.mkv"));
        muxer.AddStream("sound");
        var error = Assert.Throws<ElementException>(() => Recording.Run(new ScriptedSource([new FormatChanged(Sound("aac"))]), muxer));
        Assert.That(error!.Message, Does.Contain("nothing.mkv").And.Contain("before their first packet").And.Not.Contain("free space"));
    }

    [TestCase("vp9", "-f lavfi -i testsrc=s=64x48 -t 0.2 -c:v libvpx-vp9", "webm")]
    [TestCase("mjpeg", "-f lavfi -i testsrc=s=64x48 -t 0.2 -c:v mjpeg", "avi")]
    [TestCase("pcm_s16le", "-f lavfi -i sine -t 0.2 -c:a pcm_s16le", "wav")]
    [TestCase("flac", "-f lavfi -i sine -t 0.2 -c:a flac", "flac")]
    [TestCase("vorbis", "-f lavfi -i sine -t 0.2 -c:a libvorbis", "ogg")]
    public void Codec_without_a_place_in_a_transport_stream_is_refused_by_name(string codec, string arguments, string container)
    {
        var source = MadeMedia.Make($"no-place-{codec}.{container}", arguments);
        var error = Assert.Throws<ElementException>(() => Copying.Run(source, Path.Combine(MadeMedia.Folder, $"no-place-{codec}.ts")));
        Assert.That(error!.Message, Does.Contain(codec).And.Contain("mpegts").And.Contain("another codec"));
        var demuxer = new FileDemuxer("demuxer", source);
        demuxer.Open();
        var muxer = new TransportStreamMuxer("ts");
        muxer.AddTrack();
        Assert.That(() => Recording.Of(demuxer, muxer).Dispose(), Throws.Exception.With.Message.Contains(codec));
    }

    [Test]
    public void Packets_that_the_container_does_not_take_blame_the_stream_and_not_the_disc()
    {
        var muxer = new FileMuxer("muxer", Path.Combine(MadeMedia.Folder, "malformed.ts"));
        muxer.AddStream("picture");
        // H.264 in a transport stream has start codes. This packet has none.
        var format = new EncodedFormat("h264", MediaKind.Video) { Video = new VideoFormat(PixelFormat.Yuv420P, 64, 48, new Rational(50, 1)) };
        var error = Assert.Throws<ElementException>(() => Recording.Run(new ScriptedSource(new object[] { new FormatChanged(format), Segment.Default }.Concat(Packets())), muxer));
        Assert.That(error!.Message, Does.Contain("malformed.ts").And.Contain("h264").And.Contain("refused a packet").And.Not.Contain("free space").And.Not.Contain("folder"));

        static IEnumerable<object> Packets()
        {
            for (int i = 0; i < 4; i++)
            {
                var packet = MediaBuffer.Create(HeapMemory.Copy([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]));
                packet.Pts = packet.Dts = ClockTime.FromMilliseconds(20 * i);
                packet.Flags = BufferFlags.KeyFrame;
                yield return packet;
            }
        }
    }

    [TestCase("no-such-folder/a.mkv", "folder exists")]
    [TestCase("a-folder.mkv", "name a file")]
    public void File_errors_say_what_to_do_about_that_error(string name, string remedy)
    {
        Directory.CreateDirectory(Path.Combine(MadeMedia.Folder, "a-folder.mkv"));
        var source = MadeMedia.Make("plain.wav", "-f lavfi -i sine -t 0.2");
        var error = Assert.Throws<ElementException>(() => Copying.Run(source, Path.Combine(MadeMedia.Folder, name)));
        Assert.That(error!.Message, Does.Contain(name).And.Contain(remedy).And.Not.Contain("room"));
    }

    [Test]
    public void Last_packet_of_a_fragmented_file_whose_duration_is_zero_is_kept([Values("mp4", "mkv")] string container)
    {
        var source = MadeMedia.Make(
            "fragments.mp4", "-f lavfi -i testsrc=s=64x48:r=25 -f lavfi -i sine=r=48000 -t 1 -c:v mpeg4 -c:a aac -movflags empty_moov+default_base_moof -frag_duration 200000");
        var zero = Path.Combine(MadeMedia.Folder, "fragments.zero.mp4");
        var bytes = File.ReadAllBytes(source);
        Assert.That(ZeroLastDurations(bytes), Is.Positive);
        File.WriteAllBytes(zero, bytes);
        var copy = Path.Combine(MadeMedia.Folder, $"fragments.copy.{container}");
        Copying.Run(zero, copy);
        foreach (var kind in "va")
        {
            Assert.That(ProbedPacket.Read(copy, kind), Has.Count.EqualTo(ProbedPacket.Read(source, kind).Count), $"{kind} of {container}");
        }

        var (whole, cut) = (MediaProbe.Probe(source), MediaProbe.Probe(zero));
        Assert.That(cut.VideoEnd, Is.EqualTo(whole.VideoEnd));
        Assert.That((cut.AudioEnd - whole.AudioEnd).Abs(), Is.LessThan(ClockTime.FromUnits(1024, new Rational(1, 48_000))), "the last frame may be cut");
    }

    [Test]
    public unsafe void Packet_without_a_duration_lasts_as_long_as_its_codec_the_rate_or_the_packet_before_says()
    {
        var sound = Sound("dts");
        var picture = new EncodedFormat("h264", MediaKind.Video) { Video = new VideoFormat(PixelFormat.Yuv420P, 64, 48, new Rational(50, 1)) };
        foreach (var (format, expected) in new[] { (sound, 1024 * 1_000_000_000L / 48_000), (picture, 20_000_000L), (sound with { FrameSize = 0 }, 7_000_000L) })
        {
            var times = new PacketTimes(new StreamInfo(0, format, new Rational(1, 1000), ClockTime.Zero, ClockTime.None));
            using var packet = new PacketHandle();
            (packet.Pointer->pts, packet.Pointer->dts, packet.Pointer->duration) = (0, 0, 7);
            Assert.That(times.Next(packet.Pointer).Duration, Is.EqualTo(ClockTime.FromMilliseconds(7)));
            (packet.Pointer->pts, packet.Pointer->dts, packet.Pointer->duration) = (7, 7, 0);
            Assert.That(times.Next(packet.Pointer).Duration.Nanoseconds, Is.EqualTo(expected).Within(1));
        }
    }

    /// <summary>Sets the duration of the last sample of each track to zero (ISO/IEC 14496-12 8.8.7 and 8.8.8).</summary>
    private static int ZeroLastDurations(byte[] file)
    {
        var last = new Dictionary<uint, int>();
        for (int at = 0; file.AsSpan(at).IndexOf("tfhd"u8) is var found and >= 0;)
        {
            int tfhd = at + found + 4;
            uint flags = BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(tfhd)), track = BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(tfhd + 4));
            int duration = tfhd + 8 + ((flags & 1) != 0 ? 8 : 0) + ((flags & 2) != 0 ? 4 : 0);
            int trun = tfhd + file.AsSpan(tfhd).IndexOf("trun"u8) + 4;
            uint shape = BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(trun)) & 0xFFFFFF;
            int samples = (int)BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(trun + 4));
            int size = 4 * int.PopCount((int)(shape >> 8));
            int first = trun + 8 + ((shape & 1) != 0 ? 4 : 0) + ((shape & 4) != 0 ? 4 : 0);
            last[track] = (shape & 0x100) != 0 ? first + ((samples - 1) * size) : samples == 1 && (flags & 8) != 0 ? duration : -1;
            at = trun;
        }

        foreach (int place in last.Values.Where(place => place >= 0))
        {
            file.AsSpan(place, 4).Clear();
        }

        return last.Values.Count(place => place >= 0);
    }

    private static EncodedFormat Sound(string codec) => new(codec, MediaKind.Audio) { Audio = new AudioFormat(SampleFormat.F32Planar, 48_000, ChannelLayout.Stereo), FrameSize = 1024 };
}
