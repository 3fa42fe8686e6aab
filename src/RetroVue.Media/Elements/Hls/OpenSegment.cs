using RetroVue.Media.Elements.MpegTs;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.Elements.Hls;

/// <summary>The growing segment: its buffers, and the places at which it could end.</summary>
internal sealed class OpenSegment
{
    private readonly List<MediaBuffer> _buffers = [];
    private readonly List<(ClockTime Pts, int Index, TransportStreamCutKind Kind)> _places = [];
    private TransportStreamCutKind _kind;

    /// <summary>The segment's beginning; None before the first.</summary>
    public ClockTime Begin { get; private set; } = ClockTime.None;

    /// <summary>True if a player can show nothing of the segment.</summary>
    public bool IsGap { get; private set; }

    public bool HasPlace => _places.Count > 0;

    /// <summary>The last place at which it could end; its beginning if there is none.</summary>
    public ClockTime LastPlace => HasPlace ? _places[^1].Pts : Begin;

    public void Add(MediaBuffer buffer) => _buffers.Add(buffer);

    public void AddPlace(TransportStreamCut cut) => _places.Add((cut.Pts, _buffers.Count, cut.Kind));

    public void BeginAt(TransportStreamCut cut) => BeginAt(cut.Pts, cut.Kind, isGap: false);

    public void BeginGap(ClockTime begin) => BeginAt(begin, TransportStreamCutKind.Whole, isGap: true);

    /// <summary>
    /// Removes the places at sound, because pictures continue after all: a segment that began there would need the pictures before it.
    /// </summary>
    public void RefuseSoundAlone()
    {
        while (HasPlace && _places[^1].Kind == TransportStreamCutKind.SoundAlone)
        {
            _places.RemoveAt(_places.Count - 1);
        }

        IsGap |= !HasPlace && _kind == TransportStreamCutKind.SoundAlone;
    }

    /// <summary>Returns the whole segment; the next one begins with one of the Begin methods.</summary>
    public HlsSegment TakeAll(long number, ClockTime end) => Take(number, end, _buffers.Count);

    /// <summary>Returns the segment up to its last place; the next one begins there.</summary>
    public HlsSegment TakeUpToLastPlace(long number)
    {
        (ClockTime pts, int index, TransportStreamCutKind kind) = _places[^1];
        HlsSegment segment = Take(number, pts, index);
        BeginAt(pts, kind, isGap: false);
        return segment;
    }

    public void Clear()
    {
        _buffers.ForEach(buffer => buffer.Release());
        _buffers.Clear();
        _places.Clear();
        Begin = ClockTime.None;
    }

    private void BeginAt(ClockTime begin, TransportStreamCutKind kind, bool isGap)
    {
        (Begin, _kind, IsGap) = (begin, kind, isGap);
        _places.Clear();
    }

    private HlsSegment Take(long number, ClockTime end, int count)
    {
        var segment = new HlsSegment(new HlsEntry(number, Begin, end - Begin, IsGap), [.. _buffers.Take(count)]);
        _buffers.RemoveRange(0, count);
        return segment;
    }
}
