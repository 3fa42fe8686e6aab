using RetroVue.Media.Elements.Hls;
using RetroVue.Media.Elements.MpegTs;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Tests.Elements.MpegTs;
using RetroVue.Media.Time;

namespace RetroVue.Media.Tests.Elements.Hls;

public sealed class HlsSegmenterTests
{
    /// <summary>2026-03-29 00:59:50 UTC, ten seconds before the clocks in Europe change, which must have no effect.</summary>
    private const long Epoch = 1_774_745_990_000_000_000;

    [Test]
    public void Segments_begin_with_tables_and_key_frame_and_make_up_the_stream()
    {
        using var channel = new Channel(start: 0);
        channel.RunTo(60);
        HlsPlaylist playlist = channel.Segmenter.Playlist!;
        Assert.That(playlist.Duration, Is.EqualTo(ClockTime.FromSeconds(24)), "six target durations");
        foreach (HlsEntry entry in playlist.Entries)
        {
            ParsedStream parsed = ParsedStream.Parse(channel.Read(entry.Number));
            Assert.That(parsed.Packets[..2].Select(packet => packet.Pid), Is.EqualTo([0, 0x1000]));
            Assert.That(parsed.Packets[2].IsRandomAccess && parsed.Packets[2].Pcr is not null, Is.True);
            Assert.That(parsed.Pes[0].Pts, Is.EqualTo(entry.Pts.ToTicks(new Rational(1, 90_000))));
            Assert.That(entry.Duration, Is.EqualTo(ClockTime.FromSeconds(4)), "twice the distance of key frames");
        }

        long[] numbers = [.. playlist.Entries.Select(entry => entry.Number)];
        byte[] window = [.. numbers.SelectMany(channel.Read)];
        ParsedStream.Parse(window).AssertCountersContinuous();
        Assert.That(numbers, Is.EqualTo(Enumerable.Range((int)numbers[0], 6).Select(n => (long)n)));
    }

    [Test]
    public void Later_run_goes_on_with_higher_numbers()
    {
        using var first = new Channel(start: 0);
        using var second = new Channel(start: 60);
        first.RunTo(60);
        second.RunTo(90);
        Assert.That(second.Segmenter.Playlist!.Entries[0].Number, Is.GreaterThan(first.Segmenter.Playlist!.Entries[^1].Number));
    }

    [Test]
    public void Playlist_text_gives_dates_from_the_epoch_and_exact_durations()
    {
        var entries = new[]
        {
            new HlsEntry(7, ClockTime.FromSeconds(21), ClockTime.FromNanoseconds(2_002_000_000)),
            new HlsEntry(8, ClockTime.FromNanoseconds(23_002_000_000), ClockTime.FromNanoseconds(3_503_600_000)),
            new HlsEntry(9, ClockTime.FromNanoseconds(26_505_600_000), ClockTime.FromSeconds(4), IsGap: true),
        };
        var playlist = new HlsPlaylist(entries, new HlsOptions { Run = "5f-", EpochUnixNanoseconds = Epoch });
        Assert.That(playlist.ToText("?session=a"), Is.EqualTo(
            """
            #EXTM3U
            #EXT-X-VERSION:6
            #EXT-X-INDEPENDENT-SEGMENTS
            #EXT-X-TARGETDURATION:4
            #EXT-X-MEDIA-SEQUENCE:7
            #EXT-X-PROGRAM-DATE-TIME:2026-03-29T01:00:11.000Z
            #EXTINF:2.002000,
            5f-7.ts?session=a
            #EXT-X-PROGRAM-DATE-TIME:2026-03-29T01:00:13.002Z
            #EXTINF:3.503600,
            5f-8.ts?session=a
            #EXT-X-GAP
            #EXT-X-PROGRAM-DATE-TIME:2026-03-29T01:00:16.506Z
            #EXTINF:4.000000,
            5f-9.ts?session=a

            """.ReplaceLineEndings("\n")));
    }

    [Test]
    public void Segment_that_left_the_playlist_is_available_for_its_duration_and_the_playlists_and_an_opened_one_until_disposed()
    {
        using var channel = new Channel(start: 0);
        channel.RunTo(40);
        long oldest = channel.Segmenter.Playlist!.Entries[0].Number;
        using HlsSegment opened = channel.Segmenter.Open(oldest)!;
        byte[] before = channel.Read(oldest);
        while (channel.Segmenter.Playlist!.Entries[0].Number == oldest)
        {
            channel.RunTo(channel.Second + 1);
        }

        channel.RunTo(channel.Second + 27);
        Assert.That(channel.Read(oldest), Is.EqualTo(before), "until four seconds and the 24 s of the playlist have passed");
        channel.RunTo(channel.Second + 2);
        Assert.That(channel.Segmenter.Open(oldest), Is.Null);
        Assert.That(opened.Part(0).ToArray(), Is.EqualTo(before[..opened.Part(0).Length]));
    }

    [Test]
    public void Sound_alone_is_cut_near_the_grid()
    {
        using var channel = new Channel(start: 0, hasVideo: false);
        channel.RunTo(40);
        HlsPlaylist playlist = channel.Segmenter.Playlist!;
        Assert.That(playlist.Entries, Has.Count.GreaterThanOrEqualTo(6), "24 s in segments of at most four");
        foreach (HlsEntry entry in playlist.Entries)
        {
            // Tables are at most 450 ms apart. A segment can begin only at tables.
            Assert.That(entry.Duration.ToUnits(new Rational(1, 1000)), Is.InRange(3400, 4000));
            Assert.That(ParsedStream.Parse(channel.Read(entry.Number)).Pes[0].Pts, Is.EqualTo(entry.Pts.ToTicks(new Rational(1, 90_000))));
        }
    }

    /// <summary>A writer that writes granules of 20 ms into a segmenter.</summary>
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
            _chunker = new TransportStreamChunker(chunk =>
                Segmenter.Append(chunk, _bench.Writer, chunk.Buffer.Pts + chunk.Buffer.Duration));
        }

        public HlsSegmenter Segmenter { get; }

        public long Second { get; private set; }

        public void RunTo(long second)
        {
            Second = second;
            _bench.RunTo(ClockTime.FromSeconds(second - _start), into: _chunker);
        }

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
