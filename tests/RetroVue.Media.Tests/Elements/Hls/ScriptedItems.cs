using RetroVue.Media.Time;

namespace RetroVue.Media.Tests.Elements.Hls;

/// <summary>Makes the packets of items that follow one another, as they would come out of files.</summary>
internal sealed class ScriptedItems
{
    private static readonly Rational s_soundFrame = new(1024, 48_000);

    private readonly List<ScriptedPacket> _packets = [];
    private ClockTime _lastPicture = -ClockTime.MaxValue;

    /// <summary>The end of the last item.</summary>
    public ClockTime End { get; private set; }

    /// <summary>Adds an item that begins at the end of the last one.</summary>
    /// <param name="duration">The length of the item.</param>
    /// <param name="step">The time from one picture to the next.</param>
    /// <param name="keyFrames">Returns the time from one key frame to the next.</param>
    /// <param name="pictures">When the pictures begin and end in the item; if the range is empty, there are none.</param>
    /// <param name="sound">When the sound begins and ends in the item; if the range is empty, there is none.</param>
    /// <param name="reorder">The number of pictures by which decoding is ahead of presentation.</param>
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
            // The first pictures of a new item are decoded at the same times as the last pictures of the item before, so their decoding
            // times are moved.
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

    /// <summary>Returns all packets in decoding order.</summary>
    public List<ScriptedPacket> ToList() => [.. _packets.OrderBy(packet => packet.Dts)];
}
