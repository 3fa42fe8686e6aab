using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using RetroVue.Media.Time;

namespace RetroVue.Media.FFmpeg.Native;

/// <summary>
/// Keeps a log readable while FFmpeg says the same again and again, as decoders do of a damaged file: of each kind of line the first is
/// logged, and then at most once in <see cref="Interval"/> how many more there were.
/// </summary>
/// <remarks>For one thread at a time. Times are on one line, any clock's.</remarks>
internal sealed class RepeatedLines
{
    /// <summary>The kinds that are told apart; what comes beyond counts as one.</summary>
    public const int MostKinds = 1024;

    private readonly Dictionary<ulong, Kind> _kinds = [];
    private readonly List<ulong> _over = [];

    /// <summary>The shortest time from one line of a kind to the next.</summary>
    public static ClockTime Interval { get; } = ClockTime.FromSeconds(10);

    /// <summary>Whether lines were counted that have not been told of.</summary>
    public bool HasCounts { get; private set; }

    /// <summary>Takes a line; counts it where one of its kind was logged not long ago.</summary>
    /// <param name="kind">What lines of one kind have in common.</param>
    /// <param name="now">The time.</param>
    /// <returns>The kind, for its line to be set and logged; null if it was counted.</returns>
    public Kind? Take(ulong kind, ClockTime now)
    {
        if (_kinds.Count >= MostKinds && !_kinds.ContainsKey(kind))
        {
            kind = 0;
        }

        ref Kind? known = ref CollectionsMarshal.GetValueRefOrAddDefault(_kinds, kind, out bool isKnown);
        if (isKnown)
        {
            known!.Count++;
            HasCounts = true;
            return null;
        }

        return known = new Kind { Since = now };
    }

    /// <summary>Gives out the kinds of which more lines were counted since they were last told of.</summary>
    /// <param name="now">The time; kinds whose interval is over are given out, and forgotten where nothing more came.</param>
    /// <param name="tell">Called with each, its count not zero.</param>
    public void TellOver(ClockTime now, Action<Kind> tell)
    {
        HasCounts = false;
        foreach ((ulong number, Kind kind) in _kinds)
        {
            if (now - kind.Since < Interval)
            {
                HasCounts |= kind.Count > 0;
            }
            else if (kind.Count == 0)
            {
                _over.Add(number);
            }
            else
            {
                tell(kind);
                (kind.Since, kind.Count) = (now, 0);
            }
        }

        _over.ForEach(number => _kinds.Remove(number));
        _over.Clear();
    }

    /// <summary>Gives out all kinds of which more lines were counted, and forgets everything.</summary>
    public void TellAll(Action<Kind> tell)
    {
        foreach (Kind kind in _kinds.Values.Where(kind => kind.Count > 0))
        {
            tell(kind);
        }

        _kinds.Clear();
        HasCounts = false;
    }

    /// <summary>Lines that differ in no more than the values in them.</summary>
    public sealed class Kind
    {
        /// <summary>The level of the first one.</summary>
        public LogLevel Level { get; set; }

        /// <summary>What they are about.</summary>
        public string Component { get; set; } = "";

        /// <summary>The first one's text.</summary>
        public string Text { get; set; } = "";

        /// <summary>When they were last told of.</summary>
        public ClockTime Since { get; set; }

        /// <summary>How many came since.</summary>
        public long Count { get; set; }
    }
}
