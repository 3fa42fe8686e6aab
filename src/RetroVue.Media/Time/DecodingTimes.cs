using System.Runtime.CompilerServices;

namespace RetroVue.Media.Time;

/// <summary>
/// Corrects the times of one stream's packets, which come in decoding order, to the rules of containers: decoding times grow by at least a
/// tick, and none is later than the packet's presentation. Packets of at most one tick may have the same decoding time if the container
/// allows it.
/// </summary>
/// <remarks>
/// <para>
/// Times are numbers of ticks. Correct decoding times are not changed. These are derived from the presentation times: missing decoding
/// times; in a stream with faults, a decoding time that leaves no room for the following pictures; and all decoding times after one that
/// was later than its presentation. The derived time is the earliest presentation time among the picture and those before it that a decoder
/// still holds back; a given decoding time that is earlier is kept. Presentation times are not changed, except by one tick if two packets
/// would have the same one. A packet that would be presented before media that has already been decoded cannot be corrected, and has to be
/// dropped. If times go back for good, this is so until they reach their earlier values, or until <see cref="Restart"/>.
/// </para>
/// <para>Allocates nothing after construction; the number of steps per packet is that of the pictures held back. For one thread at a
/// time.</para>
/// </remarks>
public sealed class DecodingTimes
{
    /// <summary>The value for "no time", as in FFmpeg.</summary>
    public const long None = long.MinValue;

    /// <summary>The maximum number of pictures that any decoder holds back (ISO/IEC 14496-10 A.3.1).</summary>
    public const int MostReordering = 16;

    private readonly bool _isAlwaysByPresentation;
    private readonly bool _mayRepeat;
    private Window _window;
    private int _depth;
    private int _held;
    private long _last = None;
    private bool _hasBegun;
    private bool _isByPresentation;
    private bool _isHeldKnown;
    private bool _hasFaults;

    /// <summary>Makes the times of a stream that has not begun.</summary>
    /// <param name="reorderDepth">The number of pictures that a decoder holds back to reorder them; 0 for sound.</param>
    /// <param name="isByPresentation">True to ignore given decoding times, for example if the tick is too coarse for them.</param>
    /// <param name="mayRepeat">True if packets of at most one tick may have the same decoding time.</param>
    public DecodingTimes(int reorderDepth, bool isByPresentation = false, bool mayRepeat = false)
    {
        _mayRepeat = mayRepeat;
        _isAlwaysByPresentation = isByPresentation;
        Continue(reorderDepth);
    }

    /// <summary>The number of packets whose wrong times were corrected; any thread.</summary>
    public long Repaired { get; private set; }

    /// <summary>The number of packets that could not be corrected; any thread.</summary>
    public long Refused { get; private set; }

    /// <summary>Continues after the last packet with pictures of another reorder depth.</summary>
    public void Continue(int reorderDepth)
    {
        _depth = Math.Clamp(reorderDepth, 0, MostReordering);
        _hasBegun = false;
    }

    /// <summary>Begins a new line of time: the following times may be earlier than those before.</summary>
    public void Restart()
    {
        _last = None;
        _hasBegun = false;
    }

    /// <summary>Corrects the times of the next packet.</summary>
    /// <param name="pts">Its presentation time.</param>
    /// <param name="dts">Its decoding time; <see cref="None"/> if unknown. Set on return.</param>
    /// <param name="step">The packet's duration; 0 if unknown.</param>
    /// <returns>False if the packet has to be dropped; its times are then not changed.</returns>
    public bool TryRepair(ref long pts, ref long dts, long step)
    {
        if (!_hasBegun)
        {
            Begin(pts, dts, step);
        }

        // A packet shorter than a tick sometimes gets the same tick as the one before it.
        long least = _mayRepeat && step <= 1 ? 0 : 1;
        bool isWrong = dts != None && (dts > pts || (_last != None && dts < _last + least));
        _isByPresentation |= dts > pts;
        long derived = Insert(pts);
        // Times of the same picture that were rounded separately may differ by a tick. The earlier one counts: a single presentation time
        // that is wrongly late would make all times derived from it too late.
        long most = _isByPresentation || (dts > derived + 1 && LeavesNoRoom(dts, step)) ? derived : pts;
        long wish = dts == None ? derived : Math.Min(dts, most);
        long decoded = _last == None ? wish : Math.Max(wish, _last + least);
        if (decoded > pts + 1)
        {
            Refused++;
            return false;
        }

        isWrong |= decoded > pts;
        _hasFaults |= isWrong;
        Repaired += isWrong ? 1 : 0;
        pts = Math.Max(pts, decoded);
        dts = _last = decoded;
        return true;
    }

    /// <summary>
    /// Returns whether a time that is later than expected is too late for the following pictures. After a hole it is correct, and in a
    /// stream without faults there is no reason to doubt it.
    /// </summary>
    private bool LeavesNoRoom(long dts, long step) => _hasFaults && _isHeldKnown && dts - _last <= (_held + 2) * step;

    /// <summary>Begins as if pictures at even steps had come before the first, as many as its own times say are held back.</summary>
    private void Begin(long pts, long dts, long step)
    {
        _hasBegun = true;
        _hasFaults = false;
        // In reordered streams, the first picture is presented later than it is decoded.
        _isByPresentation = _isAlwaysByPresentation || (_depth > 0 && dts != None && dts >= pts);
        // If the first time is missing, the given ones do not say how many pictures are held back; it may be fewer than the format says.
        _isHeldKnown = dts != None;
        long ahead = _isByPresentation || step <= 0 || dts == None ? _depth : (pts - dts + (step / 2)) / step;
        _held = (int)Math.Clamp(ahead, 0, _depth);
        // Pictures that are presented before it may follow, as after a seek into an open GOP: it is decoded that much earlier.
        long next = pts - (Math.Clamp(ahead - _held, 0, MostReordering) * step);
        for (int i = 0; i <= _held; i++)
        {
            _window[i] = next - ((_held + 1 - i) * Math.Max(step, 1));
        }
    }

    /// <summary>Replaces the earliest of the kept times by a presentation time; returns the new earliest one.</summary>
    private long Insert(long pts)
    {
        int at = 0;
        for (; at < _held && _window[at + 1] < pts; at++)
        {
            _window[at] = _window[at + 1];
        }

        _window[at] = pts;
        return _window[0];
    }

    [InlineArray(MostReordering + 1)]
    private struct Window
    {
        private long _first;
    }
}
