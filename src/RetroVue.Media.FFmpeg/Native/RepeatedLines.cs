using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using RetroVue.Media.Time;

namespace RetroVue.Media.FFmpeg.Native;

/// <summary>
/// Keeps a log readable if FFmpeg repeats the same line, as decoders do for a damaged file: the first line of each kind is logged, and
/// after that, at most once in <see cref="Interval"/>, the number of further ones.
/// </summary>
/// <remarks>For one thread at a time. Times are on one line, any clock's.</remarks>
internal sealed class RepeatedLines
{
    /// <summary>The maximum number of kinds; all further ones count as one kind.</summary>
    public const int MostKinds = 1024;

    private readonly Dictionary<ulong, Kind> _kinds = [];
    private readonly List<ulong> _over = [];

    /// <summary>The shortest time between two log entries of a kind.</summary>
    public static ClockTime Interval { get; } = ClockTime.FromSeconds(10);

    /// <summary>True if there are counted lines that have not been reported.</summary>
    public bool HasCounts { get; private set; }

    /// <summary>Takes a line; counts it if a line of its kind was logged recently.</summary>
    /// <param name="kind">The common part of lines of one kind.</param>
    /// <param name="now">The time.</param>
    /// <returns>The kind, whose line is to be set and logged; null if the line was counted.</returns>
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

    /// <summary>Reports the kinds with counted lines whose interval is over.</summary>
    /// <param name="now">The time; kinds whose interval is over are reported, and removed if no more lines came.</param>
    /// <param name="tell">Called with each kind; its count is not zero.</param>
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

    /// <summary>Reports all kinds with counted lines, and removes everything.</summary>
    public void TellAll(Action<Kind> tell)
    {
        foreach (Kind kind in _kinds.Values.Where(kind => kind.Count > 0))
        {
            tell(kind);
        }

        _kinds.Clear();
        HasCounts = false;
    }

    /// <summary>Lines that differ only in the values in them.</summary>
    public sealed class Kind
    {
        /// <summary>The level of the first line.</summary>
        public LogLevel Level { get; set; }

        /// <summary>The component that logged the lines.</summary>
        public string Component { get; set; } = "";

        /// <summary>The text of the first line.</summary>
        public string Text { get; set; } = "";

        /// <summary>When the kind was last reported.</summary>
        public ClockTime Since { get; set; }

        /// <summary>The number of lines since then.</summary>
        public long Count { get; set; }
    }
}
