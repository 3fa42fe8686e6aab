using RetroVue.Media.Time;

namespace RetroVue.Media.Tests.Time;

public sealed class DecodingTimesTests
{
    /// <summary>The fault in the decoding times of a case.</summary>
    private enum Fault
    {
        Nothing,
        Missing,
        MissingAtFirst,
        NotDelayed,
        Scattered,
    }

    [Test]
    public void Times_that_are_right_stay([Values(0, 1, 2, 4, 16)] int depth)
    {
        long[] shown = [.. Enumerable.Range(0, 100).Select(i => 3003L * i)];
        var times = new DecodingTimes(depth);
        int[] order = [.. DecodingOrder(100, depth, new Random(1))];
        for (int i = 0; i < order.Length; i++)
        {
            long pts = shown[order[i]], dts = 3003L * (i - depth);
            Assert.That(times.TryRepair(ref pts, ref dts, 3003), Is.True);
            Assert.That((pts, dts), Is.EqualTo((shown[order[i]], 3003L * (i - depth))));
        }

        Assert.That((times.Repaired, times.Refused), Is.EqualTo((0L, 0L)));
    }

    [Test]
    public void Times_that_are_right_stay_after_a_hole()
    {
        // This is like a channel whose next item begins after the end of the last one.
        (long Pts, long Dts)[] given = [(80, 0), (200, 40), (120, 80), (160, 120), (3080, 3000), (3200, 3040), (3120, 3080), (3160, 3120)];
        var times = new DecodingTimes(2);
        Assert.That(Run(times, given, 40), Is.EqualTo(given));
        Assert.That(times.Repaired, Is.Zero);
    }

    [Test]
    public void Missing_decoding_times_follow_also_where_the_first_picture_is_shown_after_those_behind_it()
    {
        // This is like a seek to the first picture of an open group: three pictures follow that are shown before it.
        (long Pts, long Dts)[] given = [(200, 0), (120, DecodingTimes.None), (80, 80), (160, DecodingTimes.None), (360, DecodingTimes.None), (280, DecodingTimes.None), (240, 240)];
        var times = new DecodingTimes(2);
        Assert.That(Run(times, given, 40).Select(time => time.Dts), Is.EqualTo([0L, 40, 80, 120, 160, 200, 240]));
        Assert.That((times.Repaired, times.Refused), Is.EqualTo((0L, 0L)));
    }

    [Test]
    public void Decoding_without_delay_is_put_before_the_presentation()
    {
        // Some cameras write such times: two pictures are held back, but decoding begins at the first presentation time.
        (long Pts, long Dts)[] given = [(0, 0), (80, 20), (40, 40), (20, 60), (60, 80), (160, 100), (120, 120), (100, 140), (140, 160)];
        Assert.That(Run(new DecodingTimes(2), given, 20).Select(time => time.Dts), Is.EqualTo([-40L, -20, 0, 20, 40, 60, 80, 100, 120]));
    }

    [Test]
    public void Steps_below_a_tick_of_a_coarse_container_are_put_right_and_no_presentation_moves()
    {
        // This is slow motion: in units of milliseconds, four pictures have the same decoding time.
        (long Pts, long Dts)[] given = [(0, -100), (133, 33), (67, 33), (33, 33), (100, 33), (267, 166), (200, 166), (167, 167), (233, 167)];
        var times = new DecodingTimes(2, isByPresentation: true);
        (long Pts, long Dts)[] got = Run(times, given, 33);
        Assert.That(got.Select(time => time.Pts), Is.EqualTo(given.Select(time => time.Pts)));
        Assert.That(times.Refused, Is.Zero);
    }

    [Test]
    public void Packet_that_goes_back_behind_what_was_decoded_is_refused_and_what_follows_is_not()
    {
        var times = new DecodingTimes(0);
        Assert.That(Run(times, [(0, 0), (100, 100), (50, 50), (101, 101), (101, 101), (200, 200)], 50), Is.EqualTo([(0L, 0L), (100, 100), (101, 101), (102, 102), (200, 200)]));
        Assert.That((times.Repaired, times.Refused), Is.EqualTo((1L, 1L)));
        times.Restart();
        long pts = 10, dts = 10;
        Assert.That(times.TryRepair(ref pts, ref dts, 50), Is.True);
    }

    [Test]
    public void Decoding_time_that_repeats_or_goes_back_is_corrected_and_counted()
    {
        var times = new DecodingTimes(0);
        Assert.That(Run(times, [(0, 0), (100, 0), (200, -50), (300, 300)], 100), Is.EqualTo([(0L, 0L), (100, 1), (200, 2), (300, 300)]));
        Assert.That((times.Repaired, times.Refused), Is.EqualTo((2L, 0L)));
    }

    [Test]
    public void Pictures_of_another_reorder_depth_begin_anew()
    {
        var times = new DecodingTimes(2);
        Run(times, [(80, 0), (200, 40), (120, 80), (160, 120)], 40);
        times.Continue(0);
        // Nothing is held back now, so a picture without a decoding time is decoded when it is presented.
        Assert.That(Run(times, [(1000, DecodingTimes.None), (1040, DecodingTimes.None)], 40), Is.EqualTo([(1000L, 1000L), (1040, 1040)]));
    }

    [Test]
    public void Packets_shorter_than_a_tick_share_one_where_they_may([Values] bool mayRepeat)
    {
        // Packets of sound that last 0.83 ms each, with times in milliseconds.
        (long Pts, long Dts)[] given = [.. Enumerable.Range(0, 600).Select(i => (((5L * i) + 3) / 6, ((5L * i) + 3) / 6))];
        var times = new DecodingTimes(0, mayRepeat: mayRepeat);
        Run(times, given, 1, mayRepeat);
        Assert.That(times.Refused, mayRepeat ? Is.Zero : Is.EqualTo(98).Within(2), "one in six has no tick of its own");
        Assert.That(mayRepeat ? times.Repaired : 0, Is.Zero);
    }

    [Test]
    public void Any_times_grow_and_never_pass_the_presentation_which_moves_by_a_tick_at_most() => RandomCases.Run(300, Any);

    [Test]
    [Category("Soak")]
    public void Ten_thousand_sequences_of_times_grow_and_never_pass_the_presentation() => RandomCases.Run(10_000, Any);

    [Test]
    public void Picture_that_says_it_is_shown_much_later_costs_no_other([Values] bool isByPresentation, [Values] bool isDecodedLate)
    {
        // The picture lasts 40 ms. Two other pictures are decoded after it and shown before it, as in MPEG-2.
        var given = new (long Pts, long Dts)[300];
        for (int i = 0; i < given.Length; i++)
        {
            given[i] = (40 * (i == 0 ? 1 : i % 3 == 1 ? i + 3 : i), 40 * i);
        }

        // If a picture is decoded too late, its decoding times are doubtful.
        given[5].Dts += isDecodedLate ? 400 : 0;
        given[31].Pts += 3000;
        given[61].Pts += 3500;
        var times = new DecodingTimes(1, isByPresentation);
        Run(times, given, 40);
        Assert.That(times.Refused, Is.Zero);
    }

    [Test]
    public void Wrong_presentations_cost_only_themselves() => RandomCases.Run(300, AnyPresentation);

    [Test]
    public void Repairing_allocates_nothing()
    {
        var times = new DecodingTimes(16);
        (long pts, long dts) = (0, 0);
        times.TryRepair(ref pts, ref dts, 1);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 1; i < 1000; i++)
        {
            (pts, dts) = (i * 10, i * 10);
            times.TryRepair(ref pts, ref dts, 10);
        }

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    private static void Any(Random random)
    {
        int depth = random.Next(DecodingTimes.MostReordering + 1);
        int count = random.Next(1, 300);
        int longest = random.Next(4) switch { 0 => 1, 1 => 3, _ => 5000 };
        long step = random.Next(1, longest + 1);
        bool isEven = random.Next(2) == 0;
        long[] shown = new long[count];
        shown[0] = random.Next(-100_000, 100_000);
        for (int i = 1; i < count; i++)
        {
            // Sometimes there is a hole, as an edit list leaves it.
            shown[i] = shown[i - 1] + (isEven ? step : random.Next(1, longest + 1)) + (random.Next(100) == 0 ? random.Next(100_000) : 0);
        }

        Fault fault = (Fault)random.Next(5);
        bool hasTwins = fault == Fault.Scattered && random.Next(2) == 0;
        int[] order = [.. DecodingOrder(count, depth, random)];
        var given = new (long Pts, long Dts)[count];
        for (int i = 0; i < count; i++)
        {
            long right = i >= depth ? shown[i - depth] : shown[0] - ((depth - i) * step);
            long dts = fault switch
            {
                Fault.Missing => DecodingTimes.None,
                Fault.MissingAtFirst => i < depth ? DecodingTimes.None : right,
                Fault.NotDelayed => shown[i],
                Fault.Scattered when random.Next(4) == 0 => random.Next(3) == 0 ? DecodingTimes.None : right + random.Next(-3 * longest, 3 * longest),
                _ => right,
            };
            given[i] = (hasTwins && i > 0 && random.Next(10) == 0 ? given[i - 1].Pts : shown[order[i]], dts);
        }

        bool mayRepeat = random.Next(4) == 0;
        var times = new DecodingTimes(depth, random.Next(5) == 0, mayRepeat);
        (long Pts, long Dts)[] got = Run(times, given, step, mayRepeat);
        if (fault != Fault.Scattered)
        {
            // If the times leave room, all of them are repaired.
            Assert.That(times.Refused, Is.Zero, $"{fault} {depth}");
        }

        if (fault == Fault.Nothing && isEven)
        {
            Assert.That(times.Repaired, Is.Zero);
        }
    }

    private static void AnyPresentation(Random random)
    {
        const int count = 300, step = 40;
        int depth = random.Next(5);
        int[] order = [.. DecodingOrder(count, depth, random)];
        (long Pts, long Dts)[] given = [.. order.Select((shown, i) => (step * (long)(shown + depth), step * (long)i))];
        double share = random.NextDouble() / 10;
        int wrong = 0;
        for (int i = 0; i < count; i++)
        {
            if (random.NextDouble() < share)
            {
                wrong++;
                given[i].Pts += random.Next(-75 * step, 75 * step);
            }
        }

        var times = new DecodingTimes(depth, isByPresentation: random.Next(2) == 0);
        Run(times, given, step);
        Assert.That(times.Refused, Is.LessThanOrEqualTo(wrong), $"depth {depth}, {wrong} wrong");
    }

    /// <summary>Repairs times and asserts the promises that always hold.</summary>
    private static (long Pts, long Dts)[] Run(DecodingTimes times, (long Pts, long Dts)[] given, long step, bool mayRepeat = false)
    {
        List<(long Pts, long Dts)> got = [];
        foreach ((long givenPts, long givenDts) in given)
        {
            (long pts, long dts) = (givenPts, givenDts);
            if (!times.TryRepair(ref pts, ref dts, step))
            {
                Assert.That((pts, dts), Is.EqualTo((givenPts, givenDts)));
                continue;
            }

            Assert.That(dts, Is.LessThanOrEqualTo(pts));
            Assert.That(pts - givenPts, Is.InRange(0, 1));
            Assert.That(got.Count == 0 || dts > got[^1].Dts || (mayRepeat && step <= 1 && dts == got[^1].Dts), Is.True, "decoding times grow");
            got.Add((pts, dts));
        }

        Assert.That(got, Has.Count.EqualTo(given.Length - times.Refused));
        return [.. got];
    }

    /// <summary>
    /// Returns pictures by their place in presentation, in a decoding order that holds back at most <paramref name="depth"/>: plain groups
    /// and pyramids.
    /// </summary>
    private static IEnumerable<int> DecodingOrder(int count, int depth, Random random)
    {
        yield return 0;
        for (int next = 1; next < count;)
        {
            int length = Math.Min(random.Next(1, depth + 2), count - next);
            yield return next + length - 1;
            foreach (int inner in random.Next(2) == 0 ? Enumerable.Range(next, length - 1) : Pyramid(next, length - 1))
            {
                yield return inner;
            }

            next += length;
        }
    }

    private static IEnumerable<int> Pyramid(int first, int length)
    {
        if (length == 0)
        {
            return [];
        }

        int middle = first + (length / 2);
        return [middle, .. Pyramid(first, length / 2), .. Pyramid(middle + 1, length - (length / 2) - 1)];
    }
}
