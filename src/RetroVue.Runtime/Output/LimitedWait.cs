using RetroVue.Media.Time;

namespace RetroVue.Runtime.Output;

/// <summary>A limit for a wait: a channel's start must not wait for ever.</summary>
/// <param name="limit">The longest wait.</param>
internal sealed class LimitedWait(ClockTime limit)
{
    private ClockTime _since = ClockTime.None;

    /// <summary>Returns when the wait ends, if it goes on at <paramref name="now"/>.</summary>
    public ClockTime EndsAt(ClockTime now)
    {
        _since = _since.IsNone ? now : _since;
        return _since + limit;
    }

    /// <summary>True if the wait has reached the limit.</summary>
    public bool HasEnded(ClockTime now) => now >= _since + limit;

    /// <summary>Notes that the wait was successful; the next one starts again from zero.</summary>
    public void Renew() => _since = ClockTime.None;
}
