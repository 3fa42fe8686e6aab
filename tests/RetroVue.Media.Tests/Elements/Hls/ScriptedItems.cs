using RetroVue.Media.Time;

namespace RetroVue.Media.Tests.Elements.Hls;

/// <summary>Makes the packets of items that follow on each other, as they would come out of files.</summary>
internal sealed class ScriptedItems
{
    private static readonly Rational s_soundFrame = new(1024, 48_000);

    private readonly List<ScriptedPacket> _packets = [];
    private ClockTime _lastPicture = -ClockTime.MaxValue;

    /// <summary>Where the last item ends.</summary>
    public ClockTime End { get; private set; }

    /// <summary>Adds an item that begins at the last one's end.</summary>
    /// <param name="duration">Its time.</param>
    /// <param name="step">How far apart its pictures are.</param>
    /// <param name="keyFrames">Gives the time from one key frame to the next.</param>
    /// <param name="pictures">When pictures begin and end in it; none where that is empty.</param>
    /// <param name="sound">When sound begins and ends in it; none where that is empty.</param>
    /// <param name="reorder">How many pictures are decoded ahead of being shown.</param>
    public void Add(
        ClockTime duration, ClockTime step, Func<ClockTime> keyFrames, (ClockTime From, ClockTime To) pictures, (ClockTime From, ClockTime To) sound, int reorder = 0)
    {
        ClockTime key = pictures.From;
        for (ClockTime at = pictures.From; at + step <= pictures.To; at += step)
        {
            bool isKey = at >= key;
            if (isKey)
            {
                ClockTime distance = keyFrames();
                key = at + ClockTime.FromNanoseconds(Math.Max(1, distance.Nanoseconds / step.Nanoseconds) * step.Nanoseconds);
            }

            ClockTime pts = End + at, dts = pts - (step * reorder);
            // A new item's first pictures are decoded when the last one's are.
            dts = dts > _lastPicture ? dts : ClockTime.Min(pts, _lastPicture + ClockTime.FromMicroseconds(12));
            _lastPicture = dts;
            _packets.Add(new ScriptedPacket(true, pts, dts, step, isKey));
        }

        for (long n = 0; sound.From + ClockTime.FromUnits(n + 1, s_soundFrame) <= sound.To; n++)
        {
            ClockTime pts = End + sound.From + ClockTime.FromUnits(n, s_soundFrame);
            _packets.Add(new ScriptedPacket(false, pts, pts, ClockTime.FromUnits(n + 1, s_soundFrame) - ClockTime.FromUnits(n, s_soundFrame), true));
        }

        End += duration;
    }

    /// <summary>All packets in the order of decoding.</summary>
    public List<ScriptedPacket> ToList() => [.. _packets.OrderBy(packet => packet.Dts)];
}
