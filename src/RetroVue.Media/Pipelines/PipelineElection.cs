using RetroVue.Media.Clocks;
using RetroVue.Media.Time;

namespace RetroVue.Media.Pipelines;

/// <summary>
/// Holds a pipeline's elections: at the start, when the reference is lost, and when a better clock has been healthy for a while.
/// </summary>
/// <remarks>Thread-safe. Providers may raise their event on any thread; the election itself is held by the clock's task.</remarks>
internal sealed class PipelineElection : IDisposable
{
    /// <summary>How long a clock that was gained must have been healthy before it is followed.</summary>
    private static readonly ClockTime s_hysteresis = ClockTime.FromSeconds(2);

    private readonly Pipeline _pipeline;
    private readonly Lock _lock = new();
    private readonly List<IClockProvider> _added = [];
    private readonly List<IClockProvider> _watched = [];
    private IClock? _fixed;
    private bool _changed;
    private ClockTime _changedAt = ClockTime.None;

    public PipelineElection(Pipeline pipeline) => _pipeline = pipeline;

    /// <summary>True where a clock other than the system clock may come to be followed.</summary>
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

    public void AddProvider(IClockProvider provider)
    {
        lock (_lock)
        {
            _added.Add(provider);
            _changed = true;
        }
    }

    public void Fix(IClock clock)
    {
        lock (_lock)
        {
            _fixed = clock;
            _changed = true;
        }
    }

    public IClock Hold()
    {
        lock (_lock)
        {
            _changed = false;
            _changedAt = ClockTime.None;
            IClock winner = _fixed ?? ClockElection.Elect(Candidates())?.Clock ?? _pipeline.Executor.Waiter.SystemClock;
            if (!ReferenceEquals(winner, _pipeline.Clock.Reference) || _pipeline.BaseTime.IsNone)
            {
                _pipeline.Clock.Follow(winner);
                _pipeline.OnElected(winner);
            }

            return winner;
        }
    }

    /// <summary>Holds an election where one is due; called by the clock's task.</summary>
    public void Check()
    {
        lock (_lock)
        {
            IClock reference = _pipeline.Clock.Reference;
            if (!IsOffered(reference) || !ClockElection.IsHealthy(reference.Read().State))
            {
                _pipeline.Clock.Lose();
                Hold();
                return;
            }

            ClockTime now = _pipeline.Executor.Waiter.SystemClock.Now;
            if (_changed)
            {
                _changed = false;
                _changedAt = now;
            }

            if (now - _changedAt >= s_hysteresis)
            {
                Hold();
            }
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            foreach (IClockProvider provider in _watched)
            {
                provider.ClockChanged -= OnClockChanged;
            }

            _watched.Clear();
        }
    }

    private bool IsOffered(IClock clock) =>
        ReferenceEquals(clock, _pipeline.Executor.Waiter.SystemClock) || ReferenceEquals(clock, _fixed)
        || Candidates().Exists(candidate => ReferenceEquals(candidate.Clock, clock));

    private List<ClockCandidate> Candidates()
    {
        var candidates = new List<ClockCandidate>();
        foreach (IClockProvider provider in _pipeline.Elements.OfType<IClockProvider>().Concat(_added))
        {
            if (!_watched.Contains(provider))
            {
                _watched.Add(provider);
                provider.ClockChanged += OnClockChanged;
            }

            if (provider.ProvideClock() is { } clock)
            {
                candidates.Add(new ClockCandidate(provider, clock, provider is Element { IsSink: true }, candidates.Count));
            }
        }

        return candidates;
    }

    private void OnClockChanged(object? sender, ClockChangedEventArgs e)
    {
        lock (_lock)
        {
            _changed = true;
        }
    }
}
