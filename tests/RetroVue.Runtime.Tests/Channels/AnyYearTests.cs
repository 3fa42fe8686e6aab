using NodaTime;
using RetroVue.Media.Elements.Hls;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using RetroVue.Runtime.Channels;
using RetroVue.Runtime.Hls;
using RetroVue.Runtime.Output;
using RetroVue.Runtime.Schedules;

namespace RetroVue.Runtime.Tests.Channels;

/// <summary>A channel airs in any year that the machine's clock shows: a board without a battery starts in 1970.</summary>
public sealed class AnyYearTests
{
    private const int Seconds = 6;

    private static readonly Rational s_rate = new(25, 1);

    // The first moments of all, decades before the line's zero, across its zero, across a wrap of the 33 bits before it (95443.7 s), and
    // far ahead; all of them on the grid of 25 frames a second.
    private static readonly Instant[] s_starts =
    [
        NodaConstants.UnixEpoch,
        Instant.FromUtc(1970, 1, 1, 0, 0) + Duration.FromMilliseconds(12_320),
        Instant.FromUtc(1999, 12, 31, 23, 59) + Duration.FromMilliseconds(54_320),
        ChannelLine.DefaultEpoch - Duration.FromMilliseconds(9_520),
        ChannelLine.DefaultEpoch - Duration.FromSeconds(95_448),
        Instant.FromUtc(2199, 6, 1, 0, 0),
    ];

    private static IEnumerable<TestCaseData> Cases =>
        from start in s_starts
        from mode in Enum.GetValues<ProfileMode>()
        select new TestCaseData(start, mode).SetArgDisplayNames($"{start:uuuu-MM-dd'T'HH:mm:ss.fff}", $"{mode}");

    [TearDown]
    public void NothingIsLeft() => Assert.That(MediaBuffer.LiveCount, Is.Zero);

    [TestCaseSource(nameof(Cases))]
    public async Task Every_frame_airs_at_its_scheduled_time(Instant start, ProfileMode mode)
    {
        SimulatedChannel channel = await CreateAsync(start, mode);
        channel.Join();
        channel.Watch(Duration.FromSeconds(20));
        ClockTime began = channel.Line.At(start);
        channel.Dispose();
        string path = channel.Save($"year-{start.ToUnixTimeSeconds()}-{mode}.ts");

        IReadOnlyList<(ClockTime Pts, long Number)> frames = await ReceivedFrames.ReadAsync(path);
        Assert.That(frames, Has.Count.GreaterThan(18 * s_rate.Numerator));
        // The stream's time stamps are the line's times modulo 33 bits; players unwrap them from the first one on.
        ClockTime wrap = ClockTime.FromUnits(1L << 33, new Rational(1, 90_000));
        // The recording ends in the middle of a group of pictures. The group's last pictures are not in display order, so they are not
        // checked.
        for (int i = 0; i < frames.Count - 3; i++)
        {
            double past = Math.IEEERemainder((frames[i].Pts - began).Nanoseconds, wrap.Nanoseconds);
            long position = ClockTime.FromNanoseconds((long)past).ToUnits(s_rate.Inverse);
            Assert.That(frames[i].Number, Is.EqualTo(position % (Seconds * s_rate.Numerator)), $"frame {i} at {frames[i].Pts}");
            Assert.That((frames[i].Pts - frames[0].Pts).Nanoseconds, Is.EqualTo(40_000_000.0 * i).Within(25_000), "one frame a step, within two ticks");
        }
    }

    [TestCaseSource(nameof(Cases))]
    public async Task Segments_are_numbered_upwards_from_zero_or_more_and_dated_by_station_time(Instant start, ProfileMode mode)
    {
        SimulatedChannel channel = await CreateAsync(start, mode);
        channel.Join(isHls: true);
        HlsSegmenter segmenter = HlsStream.Of(channel.Session!.Output).Segmenter;
        channel.Watch(Duration.FromSeconds(20));
        HlsPlaylist playlist = segmenter.Playlist!;
        channel.Dispose();
        Assert.That(playlist, Is.Not.Null);
        Assert.That(playlist.Entries, Has.Count.GreaterThanOrEqualTo(3));
        Assert.That(playlist.Entries[0].Number, Is.GreaterThanOrEqualTo(0), "EXT-X-MEDIA-SEQUENCE is a decimal integer (RFC 8216, 4.2)");
        Assert.That(playlist.Entries.Zip(playlist.Entries.Skip(1), (one, next) => next.Number - one.Number), Is.All.EqualTo(1));
        string text = playlist.ToText();
        Assert.That(text, Does.Contain($"#EXT-X-PROGRAM-DATE-TIME:{channel.Line.ToInstant(playlist.Entries[0].Pts):uuuu-MM-dd'T'HH:mm:ss.fff}Z"));
    }

    [TestCaseSource(nameof(Cases))]
    public async Task Slate_airs_where_the_file_is_missing(Instant start, ProfileMode mode)
    {
        SimulatedChannel channel = await CreateAsync(start, mode, scheduled: 30);
        // The file ends after six seconds. From then until the end of the entry a slate airs.
        channel.Executor.RunFor(ClockTime.FromSeconds(10));
        channel.Join();
        channel.Watch(Duration.FromSeconds(10));
        channel.Dispose();
        IReadOnlyList<(ClockTime Pts, long Number)> frames = await ReceivedFrames.ReadAsync(channel.Save($"year-slate-{start.ToUnixTimeSeconds()}-{mode}.ts"));
        Assert.That(frames, Has.Count.GreaterThan(6 * s_rate.Numerator));
        Assert.That(frames.Zip(frames.Skip(1), (one, next) => next.Pts > one.Pts), Is.All.True);
    }

    private static async Task<SimulatedChannel> CreateAsync(Instant start, ProfileMode mode, int scheduled = Seconds)
    {
        string file = await TestFiles.MakeAsync(s_rate, Seconds * s_rate.Numerator);
        ChannelProfile profile = mode == ProfileMode.Copy ? ChannelProfile.Copy : ChannelProfile.Transcode(320, 180, s_rate);
        return new SimulatedChannel(start, profile, [(file, Duration.FromSeconds(scheduled))]);
    }
}
