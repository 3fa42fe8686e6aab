using RetroVue.Media.Time;

namespace RetroVue.Runtime.Output;

/// <summary>How long something is waited for: nobody who puts a channel together may wait without limit.</summary>
/// <param name="limit">How long.</param>
internal sealed class Patience(ClockTime limit)
{
    private ClockTime _since = ClockTime.None;

    /// <summary>When it ends, where it is waited for at <paramref name="now"/>.</summary>
    public ClockTime EndsAt(ClockTime now)
    {
        _since = _since.IsNone ? now : _since;
        return _since + limit;
    }

    /// <summary>True if it has been waited for that long.</summary>
    public bool HasEnded(ClockTime now) => now >= _since + limit;

    /// <summary>What was waited for has come.</summary>
    public void Renew() => _since = ClockTime.None;
}
