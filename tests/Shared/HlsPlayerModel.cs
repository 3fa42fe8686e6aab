namespace RetroVue.Tests;

/// <summary>
/// A player of live HLS as in RFC 8216 (6.3.3, 6.3.4). It begins three target durations before the end of its first playlist, and requests
/// the next version as soon as it may. It throws if its buffer becomes empty.
/// </summary>
internal sealed class HlsPlayerModel
{
    private DateTime _began;
    private DateTime _begin;
    private DateTime _end;
    private DateTime _askAt;
    private bool _hasBegun;

    /// <summary>The shortest time that was ever left to play.</summary>
    public TimeSpan Least { get; private set; } = TimeSpan.MaxValue;

    /// <summary>Plays on to a time; <paramref name="playlist"/> is the playlist at that time.</summary>
    public void GoOn(IReadOnlyList<HlsRules.Listed> playlist, int target, DateTime now)
    {
        if (now >= _askAt)
        {
            bool isNew = playlist[^1].End > _end;
            if (!_hasBegun)
            {
                DateTime latest = playlist[^1].End - TimeSpan.FromSeconds(3 * target);
                _begin = (playlist.LastOrDefault(segment => segment.Date <= latest) ?? playlist[0]).Date;
                (_began, _hasBegun) = (now, true);
            }

            _end = playlist[^1].End;
            _askAt = now + TimeSpan.FromSeconds(isNew ? target : target / 2.0);
        }

        TimeSpan left = _end - (_begin + (now - _began));
        Least = left < Least ? left : Least;
        if (left <= TimeSpan.Zero)
        {
            throw new AssertionException($"A player that began at {_began:HH:mm:ss.fff} has nothing left to play at {now:HH:mm:ss.fff}.");
        }
    }
}
