using RetroVue.Media.Clocks;

namespace RetroVue.Media.Tests.Clocks;

/// <summary>Provides the clock that the test gives it, and raises an event at each change.</summary>
internal sealed class FakeProvider(int priority, IClock? clock) : IClockProvider
{
    private IClock? _clock = clock;

    public event EventHandler<ClockChangedEventArgs>? ClockChanged;

    public int ClockPriority { get; } = priority;

    public IClock? ProvideClock() => _clock;

    public void Provide(IClock? clock)
    {
        _clock = clock;
        Tell(clock is null ? ClockChange.Lost : ClockChange.Gained);
    }

    public void Tell(ClockChange change) => ClockChanged?.Invoke(this, new ClockChangedEventArgs(change));
}
