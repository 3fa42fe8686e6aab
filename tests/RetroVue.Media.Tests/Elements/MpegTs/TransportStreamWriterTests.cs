using RetroVue.Media.Elements.MpegTs;
using RetroVue.Media.Memory;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.Tests.Elements.MpegTs;

public sealed class TransportStreamWriterTests
{
    private const long Millisecond = 27_000;

    private static readonly (int, int)[] s_rates = [(25, 2), (24, 1), (24_000, 1001), (25, 1), (30, 1), (30_000, 1001), (50, 1)];

    /// <summary>The seconds at which the line begins: at zero, before each of the first wraps, after years, and before zero.</summary>
    private static readonly long[] s_origins = [0, 95_440, 190_885, (95_444 * 365) + 20, 86_400L * 365 * 20, -3];

    [TestCaseSource(nameof(s_rates))]
    public void Clock_references_at_any_frame_rate_are_at_most_40_ms_apart((int, int) rate)
    {
        using var bench = new TransportStreamBench();
        bench.AddVideo(new Rational(rate.Item1, rate.Item2), 100_000);
        bench.AddSound(16_000);
        bench.RunTo(ClockTime.FromSeconds(10));
        ParsedStream parsed = bench.Parsed;
        AssertSound(parsed);
        // 10.5 s in steps of at most 40 ms need 263 clock references. They are carried as late as possible, so there are hardly more.
        Assert.That(parsed.ClockReferences(), Has.Count.InRange(263, 330));
        Assert.That(parsed.Packets.Count(packet => !packet.HasPayload), Is.LessThan(20), "most clock references are in media packets");
    }

    [Test]
    public void Clock_references_with_sound_only_are_at_most_40_ms_apart()
    {
        using var bench = new TransportStreamBench();
        bench.AddSound(16_000);
        bench.RunTo(ClockTime.FromSeconds(10));
        ParsedStream parsed = bench.Parsed;
        AssertSound(parsed);
        Assert.That(parsed.Packets.Count(packet => !packet.HasPayload), Is.LessThan(20), "most clock references are in media packets");
        Assert.That(TablesApart(parsed).Max(), Is.LessThanOrEqualTo(500 * Millisecond), "the limit of TR 101 290");
        Assert.That(bench.Cuts, Has.Count.GreaterThan(20), "segments can begin where the tables are");
        AssertCuts(bench, parsed);
    }

    [Test]
    public void Starved_writer_goes_on_with_clock_references_and_tables()
    {
        using var bench = new TransportStreamBench();
        bench.AddVideo(new Rational(25, 1), 100_000);
        bench.AddSound(16_000);
        bench.RunTo(ClockTime.FromSeconds(15), starveAt: ClockTime.FromSeconds(4));
        ParsedStream parsed = bench.Parsed;
        AssertSound(parsed);
        List<(int Packet, long Ticks)> references = parsed.ClockReferences();
        Assert.That(TablesApart(parsed).Max(), Is.LessThanOrEqualTo(290 * Millisecond), "250 ms, measured by references 40 ms apart");
        Assert.That(references[^1].Ticks - references[0].Ticks, Is.InRange(15_460 * Millisecond, 15_500 * Millisecond));
    }

    [Test]
    public void Key_frame_has_tables_before_it_and_a_cut_that_tells_its_place_and_time()
    {
        using var bench = new TransportStreamBench();
        bench.AddVideo(new Rational(25, 1), 100_000, group: 10);
        bench.AddSound(16_000);
        bench.RunTo(ClockTime.FromSeconds(5));
        ParsedStream parsed = bench.Parsed;
        AssertSound(parsed);
        Assert.That(bench.Cuts, Has.Count.EqualTo(14), "a key frame each 400 ms, sent in 5.5 s");
        AssertCuts(bench, parsed);
    }

    [Test]
    public void Service_name_brings_a_service_description()
    {
        using var bench = new TransportStreamBench(new TransportStreamOptions { ServiceName = "Kanal Fünf", ServiceProvider = "RetroVue" });
        bench.AddSound(16_000);
        bench.RunTo(ClockTime.FromSeconds(1));
        ParsedStream parsed = bench.Parsed;
        AssertSound(parsed);
        byte[] section = parsed.Sections.First(section => section.Pid == 0x11).Bytes;
        Assert.That(section.AsSpan().IndexOf("Kanal Fünf"u8), Is.Positive);
    }

    [TestCaseSource(nameof(s_origins))]
    public void Time_stamps_are_exact_across_every_wrap(long origin)
    {
        using var bench = new TransportStreamBench { Origin = ClockTime.FromSeconds(origin) };
        var rate = new Rational(30_000, 1001);
        TransportStreamTrack video = bench.AddVideo(rate, 60_000);
        TransportStreamTrack sound = bench.AddSound(16_000, 44_100);
        bench.RunTo(ClockTime.FromSeconds(10));
        ParsedStream parsed = bench.Parsed;
        AssertSound(parsed);
        ParsedPes[] pictures = [.. parsed.PesOf(video.Pid)];
        Assert.That(pictures, Has.Length.GreaterThan(290));
        for (int n = 0; n < pictures.Length; n++)
        {
            Assert.That(pictures[n].Pts, Is.EqualTo(Stamp(origin, n + 2, rate.Inverse)), $"PTS of picture {n}");
            Assert.That(pictures[n].Dts, Is.EqualTo(Stamp(origin, n, rate.Inverse)), $"DTS of picture {n}");
        }

        long frame = 0;
        foreach (ParsedPes pes in parsed.PesOf(sound.Pid))
        {
            Assert.That(pes.Pts, Is.EqualTo(Stamp(origin, frame, new Rational(1024, 44_100))), $"PTS of sound frame {frame}");
            frame += AdtsFrames(pes).Count;
        }

        Assert.That(frame, Is.GreaterThan(400));
        ParsedPacket first = parsed.Packets.First(packet => packet.Pcr is not null);
        Assert.That(first.Pcr, Is.EqualTo(Wrap((origin * 27_000_000) - (500 * Millisecond), ParsedStream.ClockWrap)), "output begins a delay earlier");
    }

    [TestCase(25, 150_000, 24_000)]
    [TestCase(24, 120_000, 16_000)]
    [TestCase(30, 350_000, 16_000)]
    [TestCase(50, 700_000, 24_000)]
    [TestCase(0, 24_000, 16_000)]
    public void Stuffing_at_usual_rates_is_at_most_3_percent(int framesPerSecond, int video, int sound)
    {
        using var bench = new TransportStreamBench();
        if (framesPerSecond > 0)
        {
            bench.AddVideo(new Rational(framesPerSecond, 1), video);
        }

        bench.AddSound(sound);
        bench.RunTo(ClockTime.FromSeconds(30));
        ParsedStream parsed = bench.Parsed;
        double share = (double)parsed.Packets.Sum(packet => packet.Stuffing) / parsed.Length;
        TestContext.Out.WriteLine($"stuffing {share:P2}");
        Assert.That(share, Is.LessThanOrEqualTo(0.03));
        Assert.That(parsed.Packets.Exists(packet => packet.Pid == 0x1FFF), Is.False, "no null packets");
    }

    [Test]
    public void Bytes_do_not_depend_on_how_often_time_is_advanced()
    {
        byte[] Run(ClockTime granule)
        {
            using var bench = new TransportStreamBench();
            bench.AddVideo(new Rational(24_000, 1001), 100_000);
            bench.AddSound(16_000);
            bench.RunTo(ClockTime.FromSeconds(5), granule: granule);
            return bench.Bytes;
        }

        Assert.That(Run(ClockTime.FromMilliseconds(1)), Is.EqualTo(Run(ClockTime.FromMilliseconds(20))));
    }

    [Test]
    public void Late_packet_goes_out_with_its_own_time_and_is_counted()
    {
        using var bench = new TransportStreamBench();
        TransportStreamTrack track = bench.Writer.AddTrack(TransportStreamBench.H264);
        bench.Writer.AdvanceTo(ClockTime.FromSeconds(10), bench);
        MediaBuffer late = TransportStreamBench.Picture(100, true);
        late.Pts = ClockTime.FromSeconds(9);
        bench.Writer.Write(track, late);
        bench.Writer.AdvanceTo(ClockTime.FromSeconds(10), bench);
        Assert.That(bench.Parsed.Pes.Single().Pts, Is.EqualTo(9 * 90_000));
        Assert.That(bench.Writer.LatePackets, Is.EqualTo(1));
    }

    [Test]
    public void Packet_at_time_zero_has_a_time_and_one_without_is_refused()
    {
        using var bench = new TransportStreamBench();
        TransportStreamTrack track = bench.Writer.AddTrack(TransportStreamBench.H264);
        MediaBuffer zero = TransportStreamBench.Picture(100, true);
        zero.Pts = ClockTime.Zero;
        bench.Writer.Write(track, zero);
        bench.Writer.Write(track, TransportStreamBench.Picture(100, true));
        bench.Writer.Finish(bench);
        Assert.That(bench.Parsed.Pes.Single().Pts, Is.Zero);
        Assert.That(bench.Writer.UntimedPackets, Is.EqualTo(1));
    }

    [Test]
    public void Stream_begins_among_pictures_in_an_order_of_their_own_and_keeps_their_times()
    {
        using var bench = new TransportStreamBench();
        TransportStreamTrack track = bench.Writer.AddTrack(TransportStreamBench.H264 with { ReorderDepth = 1 });
        // The durations of the pictures vary, although the format declares a frame rate.
        (int Pts, int Dts)[] pictures = [(10_022, 10_000), (10_138, 10_022), (10_049, 10_049), (10_186, 10_138)];
        for (int i = 0; i < pictures.Length; i++)
        {
            MediaBuffer picture = TransportStreamBench.Picture(100, i == 0);
            (picture.Pts, picture.Dts) = (ClockTime.FromMilliseconds(pictures[i].Pts), ClockTime.FromMilliseconds(pictures[i].Dts));
            picture.Duration = ClockTime.FromMilliseconds(40);
            if (i == 2)
            {
                bench.Writer.AdvanceTo(ClockTime.FromMilliseconds(9_500), bench);
            }

            bench.Writer.Write(track, picture);
        }

        bench.Writer.Finish(bench);
        Assert.That(bench.Parsed.Pes.Select(pes => ((int)(pes.Pts / 90), (int)(pes.Dts / 90))), Is.EqualTo(pictures));
        Assert.That(bench.Writer.RepairedPackets, Is.Zero);
    }

    [Test]
    public void Pictures_that_begin_anew_are_not_decoded_when_the_last_ones_were_shown()
    {
        using var bench = new TransportStreamBench();
        var format = TransportStreamBench.H264 with { ReorderDepth = 1 };
        TransportStreamTrack track = bench.Writer.AddTrack(format);
        // The first pictures do not tell their decoding order.
        (int Pts, int Dts)[] pictures = [(10_000, 10_000), (10_040, 10_040), (90_000, 89_960), (90_080, 90_000)];
        for (int i = 0; i < pictures.Length; i++)
        {
            MediaBuffer picture = TransportStreamBench.Picture(100, i is 0 or 2);
            (picture.Pts, picture.Dts) = (ClockTime.FromMilliseconds(pictures[i].Pts), ClockTime.FromMilliseconds(pictures[i].Dts));
            picture.Duration = ClockTime.FromMilliseconds(40);
            if (i == 2)
            {
                bench.Writer.ChangeFormat(track, format with { });
                bench.Writer.AdvanceTo(ClockTime.FromMilliseconds(89_000), bench);
            }

            bench.Writer.Write(track, picture);
        }

        bench.Writer.Finish(bench);
        Assert.That(bench.Parsed.Pes.Skip(2).Select(pes => ((int)(pes.Pts / 90), (int)(pes.Dts / 90))), Is.EqualTo(pictures[2..]));
    }

    [Test]
    public void Jump_is_marked_and_brings_tables()
    {
        using var bench = new TransportStreamBench();
        TransportStreamTrack track = bench.Writer.AddTrack(TransportStreamBench.H264);
        bench.Writer.AdvanceTo(ClockTime.FromSeconds(10), bench);
        bench.Writer.JumpTo(ClockTime.FromSeconds(5));
        MediaBuffer picture = TransportStreamBench.Picture(100, true);
        picture.Pts = ClockTime.FromSeconds(6);
        bench.Writer.Write(track, picture);
        bench.Writer.AdvanceTo(ClockTime.FromSeconds(6), bench);
        ParsedStream parsed = bench.Parsed;
        parsed.AssertCountersContinuous();
        ParsedPacket[] references = [.. parsed.Packets.Where(packet => packet.Pcr is not null)];
        Assert.That(references.Count(packet => packet.IsDiscontinuous), Is.EqualTo(1));
        Assert.That(references.Single(packet => packet.IsDiscontinuous).Pcr, Is.EqualTo(5 * 27_000_000));
        Assert.That(references, Has.Length.EqualTo(1 + 1 + 25), "no references for the time of the jump");
    }

    [Test]
    public void Warm_writer_allocates_nothing()
    {
        using var bench = new TransportStreamBench();
        bench.AddVideo(new Rational(25, 1), 100_000);
        bench.AddSound(16_000);
        bench.RunTo(ClockTime.FromSeconds(5));
        var sink = new DiscardingSink();
        TransportStreamTrack video = bench.Writer.Tracks[0];
        TransportStreamTrack sound = bench.Writer.Tracks[1];
        void RunSecond(long second)
        {
            for (int n = 0; n < 25; n++)
            {
                ClockTime time = ClockTime.FromSeconds(second) + ClockTime.FromMilliseconds(n * 40);
                MediaBuffer picture = TransportStreamBench.Picture(4000, n == 0);
                picture.Pts = time;
                MediaBuffer frame = MediaBuffer.Create(HeapMemory.Create(700));
                frame.Pts = time;
                bench.Writer.Write(video, picture);
                bench.Writer.Write(sound, frame);
                bench.Writer.AdvanceTo(time - bench.Writer.Options.Delay, sink);
            }
        }

        for (int second = 7; second < 40; second++)
        {
            RunSecond(second);
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int second = 40; second < 80; second++)
        {
            RunSecond(second);
        }

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
        Assert.That(sink.Length, Is.GreaterThan(40 * 25 * 4700));
    }

    /// <summary>Asserts the rules of every stream: counters, clock references, tables, arrival before decoding, and lengths.</summary>
    private static void AssertSound(ParsedStream parsed)
    {
        parsed.AssertCountersContinuous();
        List<(int Packet, long Ticks)> references = parsed.ClockReferences();
        Assert.That((references.Count, parsed.Sections.Count), Is.GreaterThan((10, 10)));
        for (int i = 1; i < references.Count; i++)
        {
            Assert.That(references[i].Ticks - references[i - 1].Ticks, Is.InRange(1, 40 * Millisecond), $"reference {i}");
        }

        foreach ((int pid, int _, byte[] section) in parsed.Sections)
        {
            Assert.That(ParsedStream.Crc(section), Is.Zero, $"CRC of PID {pid}");
        }

        int found = 0;
        foreach (ParsedPes pes in parsed.Pes)
        {
            // The clock reference after the PES's last packet is a time by which that packet has certainly arrived.
            int next = references.FindIndex(reference => reference.Packet > pes.LastPacket);
            if (next >= 0)
            {
                found++;
                long ahead = Wrap((pes.Dts * 300) - references[next].Ticks, ParsedStream.ClockWrap);
                Assert.That(ahead, Is.InRange(50 * Millisecond, 600 * Millisecond), $"PES at packet {pes.FirstPacket} of PID {pes.Pid} before its DTS");
                int stamps = pes.Pts == pes.Dts ? 5 : 10;
                Assert.That(pes.DeclaredLength, Is.Zero.Or.EqualTo(3 + stamps + pes.Payload.Count));
            }
        }

        Assert.That(found, Is.GreaterThan(parsed.Pes.Count / 2), "most packets have a clock reference after them");
    }

    private static void AssertCuts(TransportStreamBench bench, ParsedStream parsed)
    {
        foreach ((int offset, TransportStreamCut cut) in bench.Cuts)
        {
            int packet = offset / 188;
            Assert.That(parsed.Packets[packet].Pid, Is.Zero, "PAT");
            Assert.That(parsed.Packets[packet + 1].Pid, Is.EqualTo(0x1000), "PMT");
            ParsedPacket first = parsed.Packets[packet + 2];
            Assert.That((first.IsStart, first.IsRandomAccess, first.Pcr), Is.EqualTo((true, true, (long?)Wrap(cut.OutputTime.ToUnits(new Rational(1, 27_000_000)), ParsedStream.ClockWrap))));
            Assert.That(parsed.Pes.Single(pes => pes.FirstPacket == packet + 2).Pts, Is.EqualTo(Wrap(cut.Pts.ToTicks(new Rational(1, 90_000)), ParsedStream.StampWrap)));
        }
    }

    /// <summary>Returns the times between PATs, by the clock reference after each.</summary>
    private static IEnumerable<long> TablesApart(ParsedStream parsed)
    {
        List<(int Packet, long Ticks)> references = parsed.ClockReferences();
        long[] times = [.. parsed.Sections.Where(section => section.Pid == 0)
            .Select(section => references.Find(reference => reference.Packet > section.Packet).Ticks).Where(ticks => ticks > 0)];
        return times.Zip(times.Skip(1), (left, right) => right - left);
    }

    private static List<int> AdtsFrames(ParsedPes pes)
    {
        var lengths = new List<int>();
        for (int at = 0; at < pes.Payload.Count; at += lengths[^1])
        {
            Assert.That((pes.Payload[at], pes.Payload[at + 1]), Is.EqualTo((0xFF, 0xF1)));
            lengths.Add(((pes.Payload[at + 3] & 3) << 11) | (pes.Payload[at + 4] << 3) | (pes.Payload[at + 5] >> 5));
        }

        return lengths;
    }

    private static long Stamp(long origin, long count, Rational unit) => Wrap(
        (long)Math.Round((decimal)origin * 90_000 + ((decimal)count * unit.Numerator * 90_000 / unit.Denominator), MidpointRounding.AwayFromZero),
        ParsedStream.StampWrap);

    private static long Wrap(long value, long modulus) => ((value % modulus) + modulus) % modulus;
}
