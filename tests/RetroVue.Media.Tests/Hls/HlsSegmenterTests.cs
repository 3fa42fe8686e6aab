using RetroVue.Media.Elements.Hls;
using RetroVue.Media.Elements.MpegTs;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Tests.MpegTs;
using RetroVue.Media.Time;

namespace RetroVue.Media.Tests.Hls;

public sealed class HlsSegmenterTests
{
    /// <summary>2026-03-29 00:59:50 UTC, seconds before clocks in Europe change, which must not show.</summary>
    private const long Epoch = 1_774_745_990_000_000_000;

    [TearDown]
    public void No_buffer_is_left() => Assert.That(MediaBuffer.LiveCount, Is.Zero);

    [Test]
    public void Segments_begin_with_tables_and_key_frame_and_make_up_the_stream()
    {
        using var channel = new Channel(start: 0);
        channel.RunTo(40);
        HlsPlaylist playlist = channel.Segmenter.Playlist!;
        Assert.That(playlist.Entries, Has.Count.EqualTo(6));
        foreach (HlsEntry entry in playlist.Entries)
        {
            ParsedStream parsed = ParsedStream.Parse(channel.Read(entry.Number));
            Assert.That(parsed.Packets[..2].Select(packet => packet.Pid), Is.EqualTo([0, 0x1000]));
            Assert.That(parsed.Packets[2].IsRandomAccess && parsed.Packets[2].Pcr is not null, Is.True);
            Assert.That(parsed.Pes[0].Pts, Is.EqualTo(entry.Pts.ToTicks(new Rational(1, 90_000))));
            Assert.That(entry.Number, Is.EqualTo(entry.Pts.Nanoseconds / 3_000_000_000), "the number follows from the PTS");
            // Key frames are 2 s apart and the grid is 3 s: two or one of the spans between them.
            Assert.That(entry.Duration, Is.EqualTo(ClockTime.FromSeconds(2)).Or.EqualTo(ClockTime.FromSeconds(4)));
        }

        long[] numbers = [.. playlist.Entries.Select(entry => entry.Number)];
        byte[] window = [.. numbers.SelectMany(channel.Read)];
        ParsedStream.Parse(window).AssertCountersContinuous();
        Assert.That(numbers, Is.EqualTo(Enumerable.Range((int)numbers[0], 6).Select(n => (long)n)));
    }

    [Test]
    public void Restart_goes_on_with_the_same_numbers_and_cuts()
    {
        using var first = new Channel(start: 0);
        using var second = new Channel(start: 16);
        first.RunTo(50);
        second.RunTo(50);
        Assert.That(second.Segmenter.Playlist!.Entries, Is.EqualTo(first.Segmenter.Playlist!.Entries));
    }

    [Test]
    public void Playlist_text_gives_dates_from_the_epoch_and_exact_durations()
    {
        var entries = new[]
        {
            new HlsEntry(7, ClockTime.FromSeconds(21), ClockTime.FromNanoseconds(2_002_000_000), false),
            new HlsEntry(8, ClockTime.FromNanoseconds(23_002_000_000), ClockTime.FromNanoseconds(3_503_500_000), true),
        };
        var playlist = new HlsPlaylist(entries, 2, ClockTime.FromNanoseconds(3_503_500_000), Epoch);
        Assert.That(playlist.ToText("?session=a"), Is.EqualTo(
            """
            #EXTM3U
            #EXT-X-VERSION:6
            #EXT-X-INDEPENDENT-SEGMENTS
            #EXT-X-TARGETDURATION:4
            #EXT-X-MEDIA-SEQUENCE:7
            #EXT-X-DISCONTINUITY-SEQUENCE:2
            #EXT-X-PROGRAM-DATE-TIME:2026-03-29T01:00:11.000Z
            #EXTINF:2.002000,
            7.ts?session=a
            #EXT-X-DISCONTINUITY
            #EXT-X-PROGRAM-DATE-TIME:2026-03-29T01:00:13.002Z
            #EXTINF:3.503500,
            8.ts?session=a

            """.ReplaceLineEndings("\n")));
    }

    [Test]
    public void Segment_that_left_the_playlist_is_served_a_little_longer_and_an_opened_one_until_disposed()
    {
        using var channel = new Channel(start: 0);
        channel.RunTo(40);
        long oldest = channel.Segmenter.Playlist!.Entries[0].Number;
        using HlsSegment opened = channel.Segmenter.Open(oldest)!;
        byte[] before = channel.Read(oldest);
        channel.RunTo(49);
        Assert.That(channel.Segmenter.Playlist!.Entries[0].Number, Is.GreaterThan(oldest));
        Assert.That(channel.Read(oldest), Is.EqualTo(before), "three are kept");
        channel.RunTo(80);
        Assert.That(channel.Segmenter.Open(oldest), Is.Null);
        Assert.That(opened.Part(0).ToArray(), Is.EqualTo(before[..opened.Part(0).Length]));
    }

    [Test]
    public void Sound_alone_is_cut_near_the_grid()
    {
        using var channel = new Channel(start: 0, hasVideo: false);
        channel.RunTo(30);
        foreach (HlsEntry entry in channel.Segmenter.Playlist!.Entries)
        {
            // Tables come at most 450 ms apart, and so do cuts.
            Assert.That(entry.Duration.ToUnits(new Rational(1, 1000)), Is.InRange(2500, 3500));
            Assert.That(ParsedStream.Parse(channel.Read(entry.Number)).Pes[0].Pts, Is.EqualTo(entry.Pts.ToTicks(new Rational(1, 90_000))));
        }
    }

    [Test]
    public void Marked_discontinuity_begins_a_segment_that_says_so()
    {
        using var channel = new Channel(start: 0);
        channel.RunTo(20);
        channel.Segmenter.MarkDiscontinuity();
        channel.RunTo(30);
        Assert.That(channel.Segmenter.Playlist!.Entries.Count(entry => entry.IsDiscontinuous), Is.EqualTo(1));
        channel.RunTo(60);
        Assert.That(channel.Segmenter.Playlist!.DiscontinuitySequence, Is.EqualTo(1));
    }

    /// <summary>A writer in granules of 20 ms into a segmenter.</summary>
    private sealed class Channel : IDisposable
    {
        private readonly TransportStreamBench _bench;
        private readonly TransportStreamChunker _chunker;
        private readonly long _start;

        public Channel(long start, bool hasVideo = true)
        {
            _start = start;
            _bench = new TransportStreamBench { Origin = ClockTime.FromSeconds(start) };
            if (hasVideo)
            {
                _bench.AddVideo(new Rational(25, 1), 60_000);
            }

            _bench.AddSound(16_000);
            Segmenter = new HlsSegmenter(new HlsOptions { EpochUnixNanoseconds = Epoch });
            _chunker = new TransportStreamChunker(Segmenter.Append);
        }

        public HlsSegmenter Segmenter { get; }

        public void RunTo(long second) => _bench.RunTo(ClockTime.FromSeconds(second - _start), into: _chunker);

        public byte[] Read(long number)
        {
            using HlsSegment segment = Segmenter.Open(number)!;
            byte[] bytes = [.. Enumerable.Range(0, segment.PartCount).SelectMany(part => segment.Part(part).ToArray())];
            Assert.That(bytes, Has.Length.EqualTo(segment.Length));
            return bytes;
        }

        public void Dispose()
        {
            _bench.Dispose();
            Segmenter.Dispose();
            _chunker.Dispose();
        }
    }
}
