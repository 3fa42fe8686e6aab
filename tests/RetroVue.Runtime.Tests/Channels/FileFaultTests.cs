using System.Globalization;
using NodaTime;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using RetroVue.Runtime.Producers;
using RetroVue.Runtime.Schedules;
using Duration = NodaTime.Duration;

namespace RetroVue.Runtime.Tests.Channels;

/// <summary>
/// Whatever is wrong with a file, at the start or on the air: a log line names the file, a slate airs in its place, the next item begins
/// in time, and the bytes of every other channel are the same as in a station without the fault.
/// </summary>
public sealed class FileFaultTests
{
    private const int Length = 10;
    private const int Rate = 10;
    private const int Channels = 3;
    private const int Items = 3;
    private const double Watched = (Length * Items) - 1;

    private static readonly Instant s_start = Instant.FromUtc(2026, 3, 29, 0, 0);
    private static readonly Dictionary<string, byte[]> s_faultless = new(StringComparer.Ordinal);

    [TearDown]
    public void NothingIsLeft() => Assert.That(MediaBuffer.LiveCount, Is.Zero);

    [Test]
    public async Task Any_fault_of_a_file_stays_in_its_place() => await RunAsync(12);

    [TestCase(878604993, Description = "A viewer joins a transcoded channel after the end of a cut file. Its last picture stays for seconds.")]
    public async Task Fault_that_was_found_stays_in_its_place(int seed) => await RunAsync(1, seed);

    [Test]
    [Category("Soak")]
    public async Task Ten_thousand_faults_of_files_stay_in_their_places() => await RunAsync(10_000);

    private static async Task RunAsync(int count, int? seed = null)
    {
        string good = await TestFiles.MakeAsync(new Rational(Rate, 1), Length * Rate);
        string other = await TestFiles.MakeAsync(new Rational(Rate, 1), 4 * Rate);
        string fastStart = BadFiles.FastStart(good);
        Action<Random> test = random => TryFault(random, good, fastStart, other);
        if (seed is { } known)
        {
            RandomCases.Repeat(known, test);
            return;
        }

        RandomCases.Run(count, test);
    }

    private static void TryFault(Random random, string good, string fastStart, string other)
    {
        ProfileMode mode = random.Next(4) == 0 ? ProfileMode.Transcode : ProfileMode.Copy;
        int channel = random.Next(Channels), item = random.Next(Items);
        FileFault fault = FileFault.Any(random, Watched);
        double join = Math.Round(random.NextDouble() * 12, 2);
        string what = string.Create(CultureInfo.InvariantCulture, $"channel {channel} ({mode}), item {item}, joined at {join}: {fault}");
        string path = fault.Make(good, fastStart);
        try
        {
            using var log = new RecordedLog();
            using var station = new FaultyStation(mode, good, channel, item, path, log);
            station.Run(join, fault, () => fault.Strike(path, other, random));
            Assert.That(station.Channels.Select(one => one.Manager.ProducerState), Is.All.EqualTo(ProducerState.Running), what);
            byte[][] received = station.End();
            // The bytes of the other channels depend on when their viewers join, and not on which channel has the fault.
            for (int i = 0; i < Channels; i++)
            {
                if (i != channel)
                {
                    Assert.That(received[i].AsSpan().SequenceEqual(Faultless(mode, good, i, join)), $"{what}: channel {i} differs.");
                }
            }

            var frames = station.Frames(channel);
            AssertPlaces(frames, fault, item, join, what);
            AssertLines(log, fault, path, item, join, what);
        }
        finally
        {
            Remove(path);
        }
    }

    /// <summary>
    /// Asserts that every picture is the scheduled one, or a slate during the fault, and that no picture is missing without a fault.
    /// </summary>
    private static void AssertPlaces(IReadOnlyList<(double Time, long Number)> frames, FileFault fault, int item, double join, string what)
    {
        double start = item * Length, end = start + Length;
        // If reads hang, all reads of the channel hang, also those of the items that follow. Afterwards the channel tries its file again
        // and begins at a key frame.
        (double from, double until) = fault.Hangs ? (fault.From, fault.Until + 12) : (start, end);
        what = $"{what}; received {string.Join(' ', frames.Select(frame => string.Create(CultureInfo.InvariantCulture, $"{frame.Time:0.0}:{frame.Number}")))}";
        (double Time, long Number) last = (double.NaN, -1);
        foreach ((double time, long number) in frames)
        {
            bool mayDiffer = time >= from - 0.01 && time < until + 0.01;
            // A transcoded channel shows the last picture until the slate is there: at most two seconds after the picture should have
            // changed. A viewer who joins in that time sees the held picture too.
            last = number == last.Number ? last : (time, number);
            bool isHeld = time > last.Time || time == frames[0].Time;
            if (mayDiffer && (number < 0 || fault.IsScrambled || (isHeld && time - last.Time < 2.05)))
            {
                continue;
            }

            Assert.That(number, Is.EqualTo((time % Length) * Rate).Within(1.01), $"at {time} of {what}");
        }

        // During the seconds without a fault, no picture is missing.
        double first = Math.Ceiling(join + 0.5), ending = Watched - 1;
        double[] faultless = [.. Enumerable.Range((int)first, Math.Max(0, (int)ending - (int)first)).Select(second => (double)second).Where(second => second + 1 < from || second > until)];
        foreach (double second in faultless)
        {
            int count = frames.Count(frame => frame.Time >= second - 0.01 && frame.Time < second + 0.99);
            Assert.That(count, Is.EqualTo(Rate).Within(1), $"second {second} of {what}");
        }

        if (fault.IsUnplayable)
        {
            // A file without media may open without an error. The channel finds that out on the air, and the slate begins two seconds
            // later.
            double slateFrom = Math.Max(start + 2.3, join + 2.3);
            int expected = (int)((Math.Min(end, ending) - slateFrom) * Rate) - 2;
            int slates = frames.Count(frame => frame.Time >= slateFrom && frame.Time < end && frame.Number < 0);
            Assert.That(slates, Is.GreaterThanOrEqualTo(expected), what);
        }
        else if (fault.Hangs)
        {
            // The channel has already taken and read ahead 1.3 s of the file. Two seconds after the picture has stopped, the slate is
            // there.
            double slateFrom = Math.Max(fault.From, join) + 3.5, slateUntil = Math.Min(fault.Until, ending);
            int gone = frames.Count(frame => frame.Time >= slateFrom && frame.Time < slateUntil && frame.Number < 0);
            // No slate airs in the last seconds of an item, because the next item is due soon.
            double lost = Enumerable.Range(1, Items).Sum(n => Math.Max(0, Math.Min(slateUntil, n * Length) - Math.Max(slateFrom, (n * Length) - 3.5)));
            Assert.That(gone, Is.GreaterThanOrEqualTo((int)((slateUntil - slateFrom - lost - 3.5) * Rate)), what);
        }
    }

    /// <summary>
    /// Asserts that each log line is one line and names the file, and that there is one line for each time that a slate replaced the item.
    /// </summary>
    private static void AssertLines(RecordedLog log, FileFault fault, string path, int item, double join, string what)
    {
        what = $"{what}: {string.Join('\n', log.Lines)}";
        // The first item is opened once more, because it airs again after the last item.
        int opened = (join < (item + 1) * Length ? 1 : 0) + (item == 0 ? 1 : 0);
        foreach (string line in log.Lines)
        {
            Assert.That(line.Trim(), Does.Not.Contain('\n'), what);
            Assert.That(line.StartsWith("1109", StringComparison.Ordinal) || line.Contains(path, StringComparison.Ordinal) || fault.Hangs, what);
        }

        // A file that opens but has no media gets its log line when it is on the air. It gets none in the item's last seconds, because the
        // next item is due soon.
        if (fault.IsUnplayable)
        {
            int lines = log.Lines.Count(line => line.Contains(path, StringComparison.Ordinal));
            Assert.That(lines, fault.Kind == "header-only" ? Is.LessThanOrEqualTo(opened) : Is.EqualTo(opened), what);
        }
    }

    private static byte[] Faultless(ProfileMode mode, string good, int channel, double join)
    {
        string key = string.Create(CultureInfo.InvariantCulture, $"{mode} {channel} {join}");
        if (!s_faultless.TryGetValue(key, out byte[]? bytes))
        {
            using var log = new RecordedLog();
            using var station = new FaultyStation(mode, good, 0, 0, good, log);
            station.Run(join, null, () => { });
            byte[][] all = station.End();
            for (int i = 0; i < all.Length; i++)
            {
                s_faultless[string.Create(CultureInfo.InvariantCulture, $"{mode} {i} {join}")] = all[i];
            }

            Assert.That(log.Lines, Is.Empty);
            bytes = all[channel];
        }

        return bytes;
    }

    private static void Remove(string path)
    {
        if (Directory.Exists(path))
        {
            Directory.Delete(path);
        }
        else
        {
            File.Delete(path);
        }
    }

    /// <summary>Channels side by side in one simulation. One of them has one faulty file.</summary>
    private sealed class FaultyStation : IDisposable
    {
        private readonly ClockTime _line;
        private readonly ClockTime _start;
        private readonly int _faulty;
        private bool _hasEnded;

        public FaultyStation(ProfileMode mode, string good, int channel, int item, string path, RecordedLog log)
        {
            _faulty = channel;
            SimulatedChannel? first = null;
            for (int i = 0; i < FileFaultTests.Channels; i++)
            {
                string[] files = [.. Enumerable.Range(0, Items).Select(n => i == channel && n == item ? path : good)];
                // The first channel may be transcoded. The others are copied, because a transcoded channel is slow to simulate.
                ChannelProfile profile = i == 0 && mode == ProfileMode.Transcode
                    ? ChannelProfile.Transcode(320, 180, new Rational(Rate, 1))
                    : ChannelProfile.Copy;
                var made = new SimulatedChannel(
                    s_start,
                    profile,
                    files.Select(file => (file, Duration.FromSeconds(Length))),
                    loggerFactory: log,
                    beside: first,
                    shortName: $"channel-{i}",
                    formatsOf: good);
                first ??= made;
                Channels.Add(made);
            }

            (_line, _start) = (first!.Line.Now, first.Executor.Clock.Now);
        }

        public List<SimulatedChannel> Channels { get; } = [];

        private double Now => (Channels[0].Executor.Clock.Now - _start).Nanoseconds / 1e9;

        public void Run(double join, FileFault? fault, Action strike)
        {
            Media.Testing.SimulatedExecutor executor = Channels[0].Executor;
            executor.HangsUntil = task => task.Name == "file" && task.Pipeline == $"channel-{_faulty}" && fault is not null
                ? fault.HangsUntil(executor.Clock.Now, _start)
                : ClockTime.None;
            RunTo(join);
            Channels.ForEach(channel => channel.Join());
            if (fault is { From: > 0, Hangs: false })
            {
                RunTo(fault.From);
                strike();
            }

            RunTo(Watched);
        }

        public byte[][] End()
        {
            Dispose();
            return [.. Channels.Select(channel => channel.Received)];
        }

        public IReadOnlyList<(double Time, long Number)> Frames(int channel)
        {
            string path = Channels[channel].Save($"faulty-{TestContext.CurrentContext.Test.ID}.ts");
            var frames = ReceivedFrames.ReadAsync(path).GetAwaiter().GetResult();
            long wrap = ClockTime.FromUnits(1L << 33, new Rational(1, 90_000)).Nanoseconds;
            long zero = _line.Nanoseconds % wrap;
            return [.. frames.Select(frame => ((((frame.Pts.Nanoseconds - zero + wrap + (wrap / 2)) % wrap) - (wrap / 2)) / 1e9, frame.Number)).Where(frame => frame.Item1 < Watched)];
        }

        public void Dispose()
        {
            if (!_hasEnded)
            {
                _hasEnded = true;
                Channels.ForEach(channel => channel.Dispose());
            }
        }

        private void RunTo(double time)
        {
            // The viewer of each channel takes the chunks as often as a real viewer wakes up.
            while (time - Now > 0.0005)
            {
                Channels[0].Executor.RunFor(ClockTime.FromMilliseconds((long)Math.Round(Math.Min(0.08, time - Now) * 1000)));
                Channels.ForEach(channel => channel.Drain());
            }
        }
    }
}
