using NodaTime;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Testing;
using RetroVue.Media.Time;
using RetroVue.Runtime.Time;

namespace RetroVue.Runtime.Tests.Time;

public sealed class StationTimeProviderTests
{
    private static readonly Instant s_noon = Instant.FromUtc(2026, 3, 1, 12, 0);

    private readonly SimulatedExecutor _executor = new(ClockTime.FromSeconds(100));
    private readonly List<double> _calls = [];

    private MasterClock _clock = null!;
    private TimeProvider _provider = null!;

    [SetUp]
    public void PutOnTheAir()
    {
        _calls.Clear();
        _clock = new MasterClock(_executor.Clock, s_noon);
        _provider = _clock.AsTimeProvider(_executor);
    }

    [Test]
    public void Time_station_advances_is_station_time()
    {
        long before = _provider.GetTimestamp();
        _executor.RunFor(ClockTime.FromMilliseconds(1500));
        Assert.That(_provider.GetUtcNow(), Is.EqualTo(new DateTimeOffset(2026, 3, 1, 12, 0, 1, 500, TimeSpan.Zero)));
        Assert.That(_provider.GetElapsedTime(before), Is.EqualTo(TimeSpan.FromMilliseconds(1500)));
        Assert.That(_provider.LocalTimeZone, Is.EqualTo(TimeZoneInfo.Utc));
    }

    [Test]
    public void CreateTimer_period_calls_back_at_each_exactly()
    {
        using ITimer timer = Timer(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(3));
        _executor.RunFor(ClockTime.FromSeconds(10));
        Assert.That(_calls, Is.EqualTo([2.0, 5.0, 8.0]));
    }

    [Test]
    public void CreateTimer_no_period_calls_back_once()
    {
        using ITimer once = Timer(TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        using ITimer never = Timer(Timeout.InfiniteTimeSpan, TimeSpan.FromSeconds(1));
        _executor.RunFor(ClockTime.FromSeconds(10));
        Assert.That(_calls, Is.EqualTo([0.0]));
    }

    [Test]
    public void CreateTimer_station_stepped_past_periods_calls_back_once_for_all_missed()
    {
        using ITimer timer = Timer(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
        _executor.RunFor(ClockTime.FromMilliseconds(1500));
        _clock.StepForward(Duration.FromSeconds(10));
        _executor.RunFor(ClockTime.FromMilliseconds(1000));
        Assert.That(_calls, Has.Count.EqualTo(3));
        // A wait that is under way maps its deadline again within 100 ms, and sees the step then.
        Assert.That(_calls[1], Is.EqualTo(11.55).Within(0.1));
        Assert.That(_calls[2], Is.EqualTo(12));
    }

    [Test]
    public void Change_running_timer_follows_the_new_times_until_disposed()
    {
        ITimer timer = Timer(TimeSpan.FromSeconds(5), Timeout.InfiniteTimeSpan);
        _executor.RunFor(ClockTime.FromSeconds(1));
        Assert.That(timer.Change(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2)), Is.True);
        _executor.RunFor(ClockTime.FromSeconds(4));
        timer.Dispose();
        timer.Dispose();
        _executor.RunFor(ClockTime.FromSeconds(10));
        Assert.That(_calls, Is.EqualTo([2.0, 4.0]));
        Assert.That(timer.Change(TimeSpan.Zero, TimeSpan.Zero), Is.False);
    }

    [Test]
    public void CreateTimer_callback_throws_and_disposes_itself_goes_on_then_ends()
    {
        ITimer? timer = null;
        int calls = 0;
        timer = _provider.CreateTimer(
            _ =>
            {
                if (++calls == 3)
                {
                    timer!.Dispose();
                }

                throw new InvalidOperationException();
            },
            null,
            TimeSpan.FromSeconds(1),
            TimeSpan.FromSeconds(1));
        _executor.RunFor(ClockTime.FromSeconds(10));
        Assert.That(calls, Is.EqualTo(3));
    }

    [Test]
    public async Task CreateTimer_threaded_executor_calls_back()
    {
        var executor = new ThreadedExecutor();
        var called = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        ITimer timer = MasterClock.FromSystem().AsTimeProvider(executor)
            .CreateTimer(_ => called.TrySetResult(), null, TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(1));
        await called.Task.WaitAsync(TimeSpan.FromSeconds(60));
        await timer.DisposeAsync();
    }

    [Test]
    public void AsTimeProvider_executor_of_another_time_throws() =>
        Assert.That(() => _clock.AsTimeProvider(new SimulatedExecutor()), Throws.ArgumentException);

    [Test]
    public void CreateTimer_negative_due_time_throws() =>
        Assert.That(() => Timer(TimeSpan.FromSeconds(-5), TimeSpan.Zero), Throws.InstanceOf<ArgumentOutOfRangeException>());

    private ITimer Timer(TimeSpan dueTime, TimeSpan period) => _provider.CreateTimer(
        _ => _calls.Add(Math.Round((_clock.AsClock().Now.ToInstant() - s_noon).TotalSeconds, 6)), null, dueTime, period);
}
