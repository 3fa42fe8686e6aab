using System.Runtime.CompilerServices;

namespace RetroVue.Media.Time;

/// <summary>
/// Makes the times of one stream's packets, which come in decoding order, such as containers want them: decoding times grow by a tick or
/// more, and none is later than the packet's presentation. Packets that last a tick or less may share one where the container allows it.
/// </summary>
/// <remarks>
/// <para>
/// Times are counts of some tick. Decoding times that are right stay as they are. Those that are not given, in a stream with faults one that leaves
/// no room for pictures to come, and all of them once one was later than its presentation, follow from the presentation times: a picture is decoded
/// when the one that lies as many pictures before it in order as a decoder holds back is presented, or when it says where that is earlier.
/// Presentation times stay, but for one tick later where two packets would fall on one. A packet that is presented before what has been
/// decoded already cannot be put right within that, and is to be left out. If times go back for good, that is so until they are where they had been, or <see cref="Restart"/>.
/// </para>
/// <para>Allocates nothing after it was made; as many steps for a packet as pictures are held back. For one thread at a time.</para>
/// </remarks>
public sealed class DecodingTimes
{
    /// <summary>No time, as in FFmpeg.</summary>
    public const long None = long.MinValue;

    /// <summary>The most pictures that any decoder holds back (ISO/IEC 14496-10 A.3.1).</summary>
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

    /// <summary>The times of a stream that has not begun.</summary>
    /// <param name="reorderDepth">How many pictures a decoder holds back to show them in order; 0 for sound.</param>
    /// <param name="isByPresentation">True if the decoding times that are given are not to be used, as where the tick is too coarse for them.</param>
    /// <param name="mayRepeat">True if packets that last a tick or less may have the same decoding time.</param>
    public DecodingTimes(int reorderDepth, bool isByPresentation = false, bool mayRepeat = false)
    {
        _mayRepeat = mayRepeat;
        _isAlwaysByPresentation = isByPresentation;
        Continue(reorderDepth);
    }

    /// <summary>Packets whose times were wrong and were put right; any thread.</summary>
    public long Repaired { get; private set; }

    /// <summary>Packets that could not be put right; any thread.</summary>
    public long Refused { get; private set; }

    /// <summary>Goes on after the last packet with others, of which as many are held back as told.</summary>
    public void Continue(int reorderDepth)
    {
        _depth = Math.Clamp(reorderDepth, 0, MostReordering);
        _hasBegun = false;
    }

    /// <summary>Begins on another line of time: what comes may be earlier than what has been.</summary>
    public void Restart()
    {
        _last = None;
        _hasBegun = false;
    }

    /// <summary>Puts the times of the next packet right.</summary>
    /// <param name="pts">Its presentation.</param>
    /// <param name="dts">Its decoding; <see cref="None"/> if that is not known. Afterwards it is.</param>
    /// <param name="step">How long the packet lasts; 0 where that is not known.</param>
    /// <returns>False if the packet is to be left out; its times stay.</returns>
    public bool TryRepair(ref long pts, ref long dts, long step)
    {
        if (!_hasBegun)
        {
            Begin(pts, dts, step);
        }

        // What is shorter than a tick falls on that of the packet before it now and then.
        long least = _mayRepeat && step <= 1 ? 0 : 1;
        bool isWrong = dts != None && (dts > pts || (_last != None && dts < _last + least));
        _isByPresentation |= dts > pts;
        long derived = Insert(pts);
        // A tick is what times of the same pictures may differ by that were rounded on lines of their own.
        // Of both the earlier one: a single presentation that is wrongly late keeps all that are derived from it too late, up to there.
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
    /// Whether a time that is later than expected is too late for pictures to come. After a hole it is right, and in a stream without faults
    /// there is no reason to doubt it.
    /// </summary>
    private bool LeavesNoRoom(long dts, long step) => _hasFaults && _isHeldKnown && dts - _last <= (_held + 2) * step;

    /// <summary>As if pictures at even steps had come before the first, as many as its own times say are held back.</summary>
    private void Begin(long pts, long dts, long step)
    {
        _hasBegun = true;
        _hasFaults = false;
        // In an order of its own, the first picture is shown later than it is decoded.
        _isByPresentation = _isAlwaysByPresentation || (_depth > 0 && dts != None && dts >= pts);
        // If the first time is missing, how much the given ones hold back is not known, which may be less than the format says.
        _isHeldKnown = dts != None;
        long ahead = _isByPresentation || step <= 0 || dts == None ? _depth : (pts - dts + (step / 2)) / step;
        _held = (int)Math.Clamp(ahead, 0, _depth);
        // Pictures may follow that are presented before it, as after a seek into an open group: it is decoded earlier by as many.
        long next = pts - (Math.Clamp(ahead - _held, 0, MostReordering) * step);
        for (int i = 0; i <= _held; i++)
        {
            _window[i] = next - ((_held + 1 - i) * Math.Max(step, 1));
        }
    }

    /// <summary>Puts a presentation time in the place of the earliest of those kept in order; gives what then is the earliest.</summary>
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
