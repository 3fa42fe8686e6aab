using RetroVue.Media.Elements.Probes;
using RetroVue.Media.FFmpeg.Containers;
using RetroVue.Media.FFmpeg.Native;
using RetroVue.Media.FFmpeg.Tests.Corpus;
using RetroVue.Media.FFmpeg.Tests.Support;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.FFmpeg.Tests.Containers;

/// <summary>
/// Transport streams in which some PES packets have no times: times are only due every 0.7 s (ISO/IEC 13818-1 2.7.4), and a damaged header
/// has none. The derived times are compared with those of the same stream with all times.
/// </summary>
public sealed class MissingTimesTests
{
    private const string Source = "-f lavfi -i testsrc=s=64x48:r=25 -f lavfi -i sine=r=48000 -t 6 -pix_fmt yuv420p -g 24";

    private static readonly string[] s_pictures =
    [
        "libx264 -preset veryfast -bf 2",
        "libx264 -preset veryfast -bf 5 -b_strategy 0 -x264-params b-pyramid=normal:ref=4",
        "libx264 -preset veryfast -bf 3 -b_strategy 0 -x264-params open-gop=1",
        "libx264 -preset veryfast -bf 0",
        "libx264 -preset veryfast -bf 2 -x264-params interlaced=1",
        "libx265 -preset veryfast -x265-params log-level=none:bframes=3",
        "libx265 -preset veryfast -x265-params log-level=none:bframes=4:open-gop=0",
        "mpeg2video -bf 2",
        "mpeg2video -bf 0",
        "mpeg1video -bf 2",
    ];

    private static readonly string[] s_sounds = ["aac", "mp2", "ac3"];

    [TearDown]
    public void NothingIsLeft()
    {
        Assert.That(FFmpegHandles.Live, Is.Zero);
        Assert.That(MediaBuffer.LiveCount, Is.Zero);
    }

    [Test]
    public void A_missing_time_follows_from_the_others([Range(0, 9)] int picture, [Values("first", "one", "most")] string missing) =>
        AssertDerived(Of(picture, picture % 3), missing, startAt: 0, (at, most) => missing switch { "first" => at == 0, "one" => at == 40, _ => at % most != most / 3 });

    [Test]
    public void Any_missing_times_follow_from_the_others() => RandomCases.Run(15, TryAny);

    [Test]
    [Category("Soak")]
    public void Ten_thousand_streams_of_missing_times_have_those_that_follow() => RandomCases.Run(10_000, TryAny);

    private static void TryAny(Random random)
    {
        string file = Of(random.Next(s_pictures.Length), random.Next(s_sounds.Length));
        double share = new[] { 0.02, 0.2, 0.6, 0.9 }[random.Next(4)];
        int run = 0;
        int startAt = random.Next(2) == 0 ? 0 : random.Next(5000);
        AssertDerived(file, $"{share} missing, from {startAt} ms", startAt, (_, most) => (run = run < most && random.NextDouble() < share ? run + 1 : 0) > 0);
    }

    private static string Of(int picture, int sound) => MadeMedia.Make(
        $"missing-times-{picture}-{sound}.ts", $"{Source} -c:v {s_pictures[picture]} -c:a {s_sounds[sound]} -pes_payload_size 1500");

    private static void AssertDerived(string whole, string what, int startAt, Func<int, int, bool> isMissing)
    {
        string file = Path.Combine(MadeMedia.Folder, "missing-times.ts");
        byte[] bytes = File.ReadAllBytes(whole);
        foreach (byte id in new byte[] { 0xE0, 0xC0, 0xBD })
        {
            int most = MostMissing(bytes, id);
            foreach (int pes in PesStamps.Find(bytes, id).ToList().Where((_, at) => isMissing(at, most)))
            {
                PesStamps.Remove(bytes, pes);
            }
        }

        File.WriteAllBytes(file, bytes);
        var options = new FileDemuxerOptions { StartAt = ClockTime.FromMilliseconds(startAt) };
        Demuxing right = Demuxing.Run(whole), derived = Demuxing.Run(file, options);
        what = $"{Path.GetFileName(whole)}, {what}";
        AssertSame(right.Video, derived.Video, derived.Segment.Start, $"pictures of {what}");
        // After a seek, libavformat counts from the position of the seek until the first stored time.
        int guessed = startAt == 0 ? 0 : derived.Audio.TakeWhile(packet => packet.Pts < derived.Segment.Start + ClockTime.FromMilliseconds(700)).Count();
        AssertSame(right.Audio, derived.Audio[guessed..], ClockTime.MaxValue, $"sound of {what}");
    }

    /// <summary>Returns how many PES packets in a row may lack a time, so that two times are never more than 0.7 s apart.</summary>
    private static int MostMissing(byte[] stream, byte id)
    {
        const long limit = 63_000;
        long[] times = [.. PesStamps.Times(stream, id).Select(time => time.Pts).Order()];
        return times.Length < 2 ? 0 : (int)(limit / times.Zip(times.Skip(1), (a, b) => b - a).Max()) - 1;
    }

    private static void AssertSame(TimestampRecord[] right, TimestampRecord[] derived, ClockTime start, string what)
    {
        Assert.That(derived.Any(packet => packet.Pts <= start + ClockTime.FromMilliseconds(50)), what);
        right = right[^derived.Length..];
        // Each time is rounded to the tick of 90 kHz by itself. A time that is derived from a rounded one may be off by a tick.
        Assert.That(derived.Select(packet => packet.Pts.Nanoseconds), Is.EqualTo(right.Select(packet => packet.Pts.Nanoseconds)).Within(12_000L), what);
        Assert.That(derived.Select(packet => packet.Dts), Is.Ordered.And.Unique, what);
        Assert.That(derived.Where(packet => packet.Dts > packet.Pts), Is.Empty, what);
    }
}
