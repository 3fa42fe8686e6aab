using NodaTime;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using RetroVue.Runtime.Channels;
using RetroVue.Runtime.Producers;
using RetroVue.Runtime.Schedules;

namespace RetroVue.Runtime.Tests.Channels;

/// <summary>
/// A simulated channel of numbered files, with what a viewer received. Reads of the files can be made to hang. Times are seconds since the
/// channel's start.
/// </summary>
internal sealed class NumberedChannel
{
    private readonly bool _isHls;
    private readonly ClockTime _start;
    private readonly ClockTime _systemStart;
    private readonly int _rate;
    private bool _hasJoined;
    private double _time;
    private double _from;
    private (double Time, long Number)[] _frames = [];

    public NumberedChannel(
        Instant start,
        ProfileMode mode,
        (string File, double Seconds)[] items,
        RecordedLog log,
        bool isHls = false,
        int rate = 25,
        ChannelOptions? options = null,
        IEnumerable<IProducerFactory>? producers = null,
        string? formatsOf = null)
    {
        ChannelProfile profile = mode == ProfileMode.Copy ? ChannelProfile.Copy : ChannelProfile.Transcode(320, 180, new Rational(rate, 1));
        Channel = new SimulatedChannel(start, profile, items.Select(item => (item.File, Duration.FromSeconds(item.Seconds))), options, log, formatsOf: formatsOf, producers: producers);
        (_start, _systemStart, _isHls, _rate) = (Channel.Line.Now, Channel.Executor.Clock.Now, isHls, rate);
    }

    public SimulatedChannel Channel { get; }

    /// <summary>Lets reads hang between two times: the reads of any file, or only those of the first file that is opened.</summary>
    public void Hang(double from, double until, bool first = false)
    {
        StepTask? hung = null;
        Channel.Executor.HangsUntil = task =>
        {
            if (task.Name != "file" || Channel.Executor.Clock.Now < At(from))
            {
                return ClockTime.None;
            }

            hung ??= task;
            return first && !ReferenceEquals(hung, task) ? ClockTime.None : At(until);
        };
    }

    /// <summary>Gives the tasks that read the files no processor between two times.</summary>
    public void Starve(double from, double until) => Channel.Executor.BusyUntil = task =>
        task.Name == "file" && Channel.Executor.Clock.Now >= At(from) ? At(until) : ClockTime.None;

    /// <summary>Joins at <paramref name="join"/> if there is no viewer yet, and watches until <paramref name="until"/>.</summary>
    public void Watch(double until, double join = 0)
    {
        if (!_hasJoined)
        {
            Channel.Executor.RunFor(ClockTime.FromMilliseconds((long)(join * 1000)));
            Channel.Join(_isHls);
            (_hasJoined, _time, _from) = (true, join, join);
        }

        Channel.Watch(Duration.FromMilliseconds((until - _time) * 1000));
        _time = until;
    }

    /// <summary>Takes the channel off the air and reads the pictures that were received.</summary>
    public async Task EndAsync()
    {
        Channel.Dispose();
        var frames = await ReceivedFrames.ReadAsync(Channel.Save($"numbered-{TestContext.CurrentContext.Test.ID}.ts"));
        // A PTS on the wire is the line's time modulo 2^33 ticks of 90 kHz.
        long wrap = ClockTime.FromUnits(1L << 33, new Rational(1, 90_000)).Nanoseconds;
        long zero = _start.Nanoseconds % wrap;
        // The recording ends in the middle of a picture. Pictures that are shown after the viewer left may not be whole, so they are left
        // out.
        _frames = [.. frames.Select(frame => ((((frame.Pts.Nanoseconds - zero + wrap + (wrap / 2)) % wrap) - (wrap / 2)) / 1e9, frame.Number)).Where(frame => frame.Item1 < _time)];
    }

    /// <summary>
    /// Describes the stretches that were received, for messages: the time at which each begins and the file's frames in it.
    /// </summary>
    public override string ToString()
    {
        var stretches = new List<string>();
        (double Time, double Began) last = (0, double.NaN);
        foreach ((double time, long number) in _frames)
        {
            double began = number < 0 ? -1 : Math.Round(time - (number / (double)_rate), 1);
            if (began != last.Began || time - last.Time > 1.25 / _rate)
            {
                stretches.Add(FormattableString.Invariant($"{time:0.00} {(number < 0 ? "slate" : $"frame {number}")} (after {last.Time:0.00})"));
            }

            last = (time, began);
        }

        return string.Join("; ", stretches);
    }

    /// <summary>Returns when the last numbered picture before a time was first shown.</summary>
    public double LastNumbered(double before)
    {
        (double Time, long Number) last = _frames.Last(frame => frame.Number >= 0 && frame.Time < before);
        return _frames.First(frame => frame.Number == last.Number).Time;
    }

    /// <summary>
    /// Asserts the number of each frame between two times: the file began at <paramref name="began"/>, and one frame more or less is
    /// allowed.
    /// </summary>
    public void AssertNumbers(double from, double to, double began)
    {
        var frames = Between(from, to);
        Assert.That(frames, Has.Length.GreaterThan(((to - from) * _rate) - 5), $"{from} to {to}: {this}");
        foreach ((double time, long number) in frames)
        {
            Assert.That(number, Is.EqualTo((time - began) * _rate).Within(1.01), $"at {time}");
        }
    }

    /// <summary>Asserts that no frame between two times is missing, and that each has the right number.</summary>
    public void AssertEach(double from, double to, Func<double, long, bool> isRight, string what)
    {
        var frames = Between(from, to);
        Assert.That(frames, Has.Length.EqualTo((int)Math.Round((to - from) * _rate)), $"{from} to {to}, {what}");
        foreach ((double time, long number) in frames)
        {
            Assert.That(isRight(time, number), $"{number} at {time}, {what}");
        }
    }

    public void AssertSlate(double from, double to)
    {
        var frames = Between(from, to);
        Assert.That(frames, Has.Length.GreaterThan(((to - from) * _rate) - 5), $"{from} to {to}: {this}");
        Assert.That(frames.Select(frame => frame.Number), Is.All.EqualTo(-1), $"{from} to {to}: {this}");
    }

    /// <summary>
    /// Asserts that each frame is later than the one before: by at least one frame, and by at most one frame and a hole of
    /// <paramref name="hole"/> seconds.
    /// </summary>
    public void AssertGrid(double hole)
    {
        double[] steps = [.. _frames.Zip(_frames.Skip(1), (a, b) => b.Time - a.Time)];
        // Times on the wire are whole ticks of 11 µs, so a step is not exactly one frame; 1 ms is allowed.
        Assert.That(steps, Is.All.GreaterThan((1.0 / _rate) - 0.001));
        Assert.That(steps.Max(), Is.LessThan(0.041 + hole));
        Assert.That(_frames[0].Time, Is.LessThanOrEqualTo(_from + 2));
    }

    /// <summary>Converts a time on the channel's line to seconds since the channel's start.</summary>
    public double SecondsOf(ClockTime time) => (time - _start).Nanoseconds / 1e9;

    private ClockTime At(double seconds) => _systemStart + ClockTime.FromMilliseconds((long)(seconds * 1000));

    private (double Time, long Number)[] Between(double from, double to) =>
        [.. _frames.Where(frame => frame.Time > from - 0.001 && frame.Time < to - 0.001)];
}
