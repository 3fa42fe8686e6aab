using RetroVue.Media.Elements.Probes;
using RetroVue.Media.FFmpeg.Containers;
using RetroVue.Media.FFmpeg.Native;
using RetroVue.Media.FFmpeg.Tests.Corpus;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.FFmpeg.Tests.Containers;

public sealed class FileDemuxerTests
{
    private static IEnumerable<string> Corpus => MediaCorpus.Names;

    [TearDown]
    public void NothingIsLeft()
    {
        Assert.That(FFmpegHandles.Live, Is.Zero);
        Assert.That(MediaBuffer.LiveCount, Is.Zero);
    }

    [TestCaseSource(nameof(Corpus))]
    public void Times_of_a_file_are_those_that_ffprobe_shows(string name)
    {
        var path = MediaCorpus.File(name);
        var demuxed = Demuxing.Run(path);
        AssertSame(demuxed.Video, name.StartsWith("cover", StringComparison.Ordinal) ? [] : ProbedPacket.Read(path, 'v'));
        AssertSame(demuxed.Audio, ProbedPacket.Read(path, 'a'));
        Assert.That(demuxed.Video.Length + demuxed.Audio.Length, Is.GreaterThan(10));
    }

    [TestCaseSource(nameof(Corpus))]
    public void Decoding_times_of_a_file_grow_and_are_never_after_the_presentation(string name)
    {
        var demuxed = Demuxing.Run(MediaCorpus.File(name));
        foreach (var records in new[] { demuxed.Video, demuxed.Audio })
        {
            var known = records.Where(record => !record.Dts.IsNone).ToArray();
            Assert.That(known.Zip(known.Skip(1)).Where(pair => pair.First.Dts >= pair.Second.Dts), Is.Empty);
            Assert.That(known.Where(record => record.Dts > record.Pts), Is.Empty);
        }
    }

    private static void AssertSame(TimestampRecord[] ours, IReadOnlyList<ProbedPacket> theirs)
    {
        Assert.That(ours.Select(record => record.Length), Is.EqualTo(theirs.Select(packet => packet.Size)));
        for (var i = 0; i < ours.Length; i++)
        {
            var (record, packet) = (ours[i], theirs[i]);
            Assert.That(record.Flags.HasFlag(BufferFlags.KeyFrame), Is.EqualTo(packet.IsKey), $"key flag of packet {i}");
            Assert.That(record.Flags.HasFlag(BufferFlags.DecodeOnly), Is.EqualTo(packet.IsDiscarded), $"discard flag of packet {i}");
            // A missing decoding time does not set the flag, because decoding times are not times of capture.
            Assert.That(record.Flags.HasFlag(BufferFlags.EstimatedTime), Is.EqualTo(packet.Pts.IsNone), $"estimated flag of packet {i}");
            Assert.That(record.Pts, Is.Not.EqualTo(ClockTime.None), $"PTS of packet {i}");
            // The comparison is exact, because both times are the container's tick, rounded once to the nanosecond.
            if (!packet.Pts.IsNone)
            {
                Assert.That(record.Pts, Is.EqualTo(packet.Pts), $"PTS of packet {i}");
            }

            if (!packet.Dts.IsNone)
            {
                Assert.That(record.Dts, Is.EqualTo(packet.Dts), $"DTS of packet {i}");
            }
        }
    }
}
