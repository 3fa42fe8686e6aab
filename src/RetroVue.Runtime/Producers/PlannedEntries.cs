using NodaTime;
using RetroVue.Media.Pipelines;
using RetroVue.Runtime.Schedules;

namespace RetroVue.Runtime.Producers;

/// <summary>
/// The present plan of a producer: the entry on the air, the prepared entry that follows it, and the entries after them. Later entries can
/// be added and replaced; of the first two only the end can move.
/// </summary>
/// <remarks>Thread-safe. The entries follow one another without a gap.</remarks>
internal sealed class PlannedEntries
{
    private readonly Executor _executor;
    private readonly Lock _lock = new();
    private readonly List<PlayoutEntry> _coming;
    private PlayoutEntry _onAir;
    private PlayoutEntry? _prepared;
    private TaskCompletionSource _changed;

    /// <summary>Takes the entries of a plan from an instant on; the plan contains the instant.</summary>
    public PlannedEntries(PlayoutPlan plan, SchedulePosition first, Executor executor)
    {
        _executor = executor;
        _changed = executor.CreateCompletion();
        _onAir = first.Entry;
        _coming = [.. plan.Entries.Where(entry => entry.Start > first.Entry.Start)];
    }

    /// <summary>The entry on the air.</summary>
    public PlayoutEntry OnAir
    {
        get
        {
            lock (_lock)
            {
                return _onAir;
            }
        }
    }

    /// <summary>The prepared entry, which follows the one on the air; null if there is none.</summary>
    public PlayoutEntry? Prepared
    {
        get
        {
            lock (_lock)
            {
                return _prepared;
            }
        }
    }

    /// <summary>The entries that have not been taken yet, in order.</summary>
    public IReadOnlyList<PlayoutEntry> Coming
    {
        get
        {
            lock (_lock)
            {
                return [.. _coming];
            }
        }
    }

    /// <summary>The start of the entry that is to be taken next; null if it is not known.</summary>
    public Instant? NextStart
    {
        get
        {
            lock (_lock)
            {
                return _coming.Count > 0 ? _coming[0].Start : null;
            }
        }
    }

    /// <summary>Completes at the next change of the plan.</summary>
    public Task Changed
    {
        get
        {
            lock (_lock)
            {
                return _changed.Task;
            }
        }
    }

    /// <summary>
    /// Takes the next entry if it begins at an instant or before; null if it does not. From then on it is the prepared entry.
    /// </summary>
    public PlayoutEntry? TryTake(Instant latestStart)
    {
        lock (_lock)
        {
            if (_coming.Count == 0 || _coming[0].Start > latestStart)
            {
                return null;
            }

            _prepared = _coming[0];
            _coming.RemoveAt(0);
            return _prepared;
        }
    }

    /// <summary>Notes that the prepared entry is on the air from now on.</summary>
    public void GoOn()
    {
        lock (_lock)
        {
            (_onAir, _prepared) = (_prepared!, null);
        }
    }

    /// <summary>Adds an entry after the last one.</summary>
    /// <exception cref="ArgumentException">The entry does not start where the last one ends.</exception>
    public void Add(PlayoutEntry entry)
    {
        TaskCompletionSource changed;
        lock (_lock)
        {
            Instant end = Last.End;
            if (entry.Start != end)
            {
                throw new ArgumentException($"The entry starts at {entry.Start}, but the plan so far ends at {end}.", nameof(entry));
            }

            _coming.Add(entry);
            changed = Renew();
        }

        changed.TrySetResult();
    }

    /// <summary>
    /// Replaces the plan from an instant on. An entry that is on the air across the instant stays as it is if the new plan has the same
    /// entry there. If not, it ends at the instant.
    /// </summary>
    /// <param name="plan">The new plan.</param>
    /// <param name="from">The instant.</param>
    /// <param name="shortest">
    /// How long an entry has to last, so that the one after it can be opened in time. If less of an entry would be left, and the new plan
    /// covers the entry's start, the new plan holds from that start.
    /// </param>
    /// <returns>False, without any change, if an entry has been taken that begins later than this time before the instant.</returns>
    /// <exception cref="ArgumentException">The new plan does not contain the instant, or the old plan does not reach it.</exception>
    public bool TryReplace(PlayoutPlan plan, Instant from, Duration shortest)
    {
        if (plan.At(from) is not { } airing)
        {
            throw new ArgumentException($"The plan runs from {plan.Start} to {plan.End} and does not contain {from}.", nameof(from));
        }

        TaskCompletionSource changed;
        lock (_lock)
        {
            Instant taken = (_prepared ?? _onAir).Start;
            if (from <= taken || (_prepared is not null && from < taken + shortest))
            {
                return false;
            }

            if (Last.End < from)
            {
                throw new ArgumentException($"The plan so far ends at {Last.End}, before {from}.", nameof(from));
            }

            PlayoutEntry first = airing.Entry;
            if (_coming.Find(entry => entry.Start < from && entry.Start + shortest > from && entry.End > from && !entry.IsSameAs(first)) is { } rest
                && plan.At(rest.Start) is { } earlier)
            {
                (from, first) = (rest.Start, earlier.Entry);
            }

            _coming.RemoveAll(entry => entry.Start >= from);
            PlayoutEntry last = Last;
            Instant end = last.IsSameAs(first) ? first.End : from;
            Last = last.Until(end);
            if (first.End > end)
            {
                _coming.Add(first.From(end));
            }

            _coming.AddRange(plan.Entries.Where(entry => entry.Start >= first.End));
            changed = Renew();
        }

        changed.TrySetResult();
        return true;
    }

    /// <summary>Completes <see cref="Changed"/>: the plan will not change any more.</summary>
    public void Close()
    {
        TaskCompletionSource changed;
        lock (_lock)
        {
            changed = _changed;
        }

        changed.TrySetResult();
    }

    private PlayoutEntry Last
    {
        get => _coming.Count > 0 ? _coming[^1] : _prepared ?? _onAir;
        set
        {
            if (_coming.Count > 0)
            {
                _coming[^1] = value;
            }
            else if (_prepared is not null)
            {
                _prepared = value;
            }
            else
            {
                _onAir = value;
            }
        }
    }

    private TaskCompletionSource Renew()
    {
        TaskCompletionSource changed = _changed;
        _changed = _executor.CreateCompletion();
        return changed;
    }
}
