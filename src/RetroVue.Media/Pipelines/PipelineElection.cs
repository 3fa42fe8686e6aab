using RetroVue.Media.Clocks;
using RetroVue.Media.Time;

namespace RetroVue.Media.Pipelines;

/// <summary>
/// Holds a pipeline's elections: at the start, when the reference is lost, and when a better clock has been healthy for a while.
/// </summary>
/// <remarks>
/// Thread-safe. Providers may raise their event on any thread. The clock's task holds the election, and checks the state of all providers'
/// clocks several times a second, because most devices do not report changes.
/// </remarks>
internal sealed class PipelineElection : IDisposable
{
    /// <summary>
    /// How long a clock has to be healthy before it replaces a healthy reference, or before a lost one is followed again.
    /// </summary>
    private static readonly ClockTime s_hysteresis = ClockTime.FromSeconds(2);

    private readonly Pipeline _pipeline;
    private readonly Lock _lock = new();
    private readonly List<IClockProvider> _added = [];
    private readonly List<WatchedClock> _watched = [];
    private IClock? _fixed;
    private bool _wasUsable = true;
    private ClockTime _usableSince = ClockTime.None;

    // A provider or a fixed clock was added while the pipeline runs.
    private ClockTime _addedAt = ClockTime.None;

    public PipelineElection(Pipeline pipeline) => _pipeline = pipeline;

    /// <summary>True if there may be clocks other than the system clock.</summary>
    public bool HasProviders
    {
        get
        {
            lock (_lock)
            {
                return _fixed is not null || _added.Count > 0 || _pipeline.Elements.Any(element => element is IClockProvider);
            }
        }
    }

    private ClockTime Now => _pipeline.Executor.Waiter.SystemClock.Now;

    public void AddProvider(IClockProvider provider)
    {
        lock (_lock)
        {
            _added.Add(provider);
            _addedAt = Now;
        }
    }

    public void Fix(IClock clock)
    {
        lock (_lock)
        {
            _fixed = clock;
            _addedAt = Now;
        }
    }

    /// <summary>Holds an election; if no clock can win it, the reference stays, in hold-over if it was lost.</summary>
    public IClock Hold()
    {
        lock (_lock)
        {
            _addedAt = ClockTime.None;
            PipelineClock clock = _pipeline.Clock;
            WatchAll();
            IClock? winner = _fixed ?? Winner(clock);
            winner ??= clock.IsLost ? clock.Reference : _pipeline.Executor.Waiter.SystemClock;
            bool isNew = !ReferenceEquals(winner, clock.Reference) || _pipeline.BaseTime.IsNone;
            if (isNew || (clock.IsLost && IsUsable(winner)))
            {
                clock.Follow(winner);
                _wasUsable = true;
                _pipeline.OnElected(winner);
            }

            return winner;
        }
    }

    /// <summary>
    /// Holds an election if one is due: at once if the reference is lost, or if a better clock has been healthy for a while. Called by the
    /// clock's task.
    /// </summary>
    public void Check()
    {
        lock (_lock)
        {
            ClockTime now = Now;
            foreach (WatchedClock watched in _watched)
            {
                watched.Look(now);
            }

            bool isUsable = IsUsable(_pipeline.Clock.Reference);
            bool isLostNow = _wasUsable && !isUsable;
            if (isUsable != _wasUsable)
            {
                _wasUsable = isUsable;
                _usableSince = now;
            }

            if (isLostNow)
            {
                _pipeline.Clock.Lose();
                Hold();
            }
            else if (IsDue(now))
            {
                Hold();
            }
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            foreach (WatchedClock watched in _watched)
            {
                watched.Provider.ClockChanged -= OnClockChanged;
            }

            _watched.Clear();
        }
    }

    /// <summary>Called several times a second, so it makes no list of candidates, which would be garbage.</summary>
    private bool IsDue(ClockTime now)
    {
        if (now - _addedAt >= s_hysteresis)
        {
            return true;
        }

        PipelineClock clock = _pipeline.Clock;
        if (clock.IsLost && _wasUsable && now - _usableSince >= s_hysteresis)
        {
            return true;
        }

        if (_fixed is not null)
        {
            return false;
        }

        WatchedClock? reference = clock.IsLost ? null : Find(clock.Reference);
        foreach (WatchedClock watched in _watched)
        {
            if (watched.IsHealthySince(now - s_hysteresis) && watched.IsBefore(reference))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// Chooses among clocks that have been healthy for a while, if the pipeline runs; if there is none, a clock that has just become
    /// healthy.
    /// </summary>
    private IClock? Winner(PipelineClock clock)
    {
        bool isRunning = !_pipeline.BaseTime.IsNone;
        IClock? incumbent = isRunning && !clock.IsLost ? clock.Reference : null;
        ClockTime settled = isRunning ? Now - s_hysteresis : Now;
        ClockCandidate? winner = ClockElection.Elect(
            Candidates(watched => watched.IsHealthySince(settled) || ReferenceEquals(watched.Clock, incumbent)),
            incumbent);
        return (winner ?? ClockElection.Elect(Candidates(_ => true), incumbent))?.Clock;
    }

    private bool IsUsable(IClock clock) => IsOffered(clock) && ClockElection.IsHealthy(clock.Read().State);

    private bool IsOffered(IClock clock) =>
        ReferenceEquals(clock, _pipeline.Executor.Waiter.SystemClock) || ReferenceEquals(clock, _fixed) || Find(clock) is not null;

    private WatchedClock? Find(IClock clock)
    {
        foreach (WatchedClock watched in _watched)
        {
            if (ReferenceEquals(watched.Provider.ProvideClock(), clock))
            {
                return watched;
            }
        }

        return null;
    }

    private void WatchAll()
    {
        foreach (IClockProvider provider in _pipeline.Elements.OfType<IClockProvider>().Concat(_added))
        {
            if (!_watched.Exists(watched => ReferenceEquals(watched.Provider, provider)))
            {
                var watched = new WatchedClock(provider, provider is Element { IsSink: true });
                watched.Look(Now);
                _watched.Add(watched);
                provider.ClockChanged += OnClockChanged;
            }
        }
    }

    private IEnumerable<ClockCandidate> Candidates(Func<WatchedClock, bool> stands)
    {
        for (int i = 0; i < _watched.Count; i++)
        {
            if (stands(_watched[i]) && _watched[i].Provider.ProvideClock() is { } clock)
            {
                yield return new ClockCandidate(_watched[i].Provider, clock, _watched[i].IsSink, i);
            }
        }
    }

    // Without the lock: a provider may raise its event while it holds a lock that its ProvideClock needs.
    private void OnClockChanged(object? sender, ClockChangedEventArgs e) => _pipeline.WakeClock();
}
