using RetroVue.Media.Elements.Coded;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Runtime.Output;

/// <summary>One stream of an item, with the buffers that wait to be aired. Guarded by its sink's lock.</summary>
internal sealed class ItemStream(MediaKind kind, InputPad pad)
{
    /// <summary>Limits the memory of streams whose times do not advance.</summary>
    private const int MostItems = 4096;

    /// <summary>
    /// Limits the memory of pictures that wait for the sound of the same time: in files it can come up to three seconds later. At 1920x1080
    /// and 25 frames per second, three seconds of decoded pictures are 233 MB.
    /// </summary>
    private const long MostBytes = 256L << 20;

    private readonly Queue<FeedItem> _items = new();
    private ClockTime _first = ClockTime.None;
    private ClockTime _lastPts = ClockTime.None;
    private ClockTime _lastStep = ClockTime.Zero;
    private long _bytes;

    public MediaKind Kind { get; } = kind;

    public InputPad Pad { get; } = pad;

    /// <summary>Checks that the times of the buffers advance.</summary>
    public LineOfTimes Times { get; } = new(pad.Name);

    /// <summary>Checks that the packets have the format that the stream announced.</summary>
    public CodedChanges Changes { get; } = new();

    /// <summary>The format that the stream announced at first; null before that, and for raw media.</summary>
    public EncodedFormat? Format { get; set; }

    /// <summary>A description of the stream's change of format, once it has changed; null before.</summary>
    public string? Change { get; private set; }

    /// <summary>
    /// A buffer that came long after the one before it, until the next one shows whether its time is right; null if there is none.
    /// </summary>
    public MediaBuffer? Doubtful { get; set; }

    /// <summary>
    /// True until the first picture that can be decoded has come, and again after a picture was dropped that others may need.
    /// </summary>
    public bool NeedsKeyFrame { get; set; } = true;

    /// <summary>
    /// The presentation time of the key frame at which the stream began; None before that, and for streams that need no key frame.
    /// </summary>
    public ClockTime Entered { get; set; } = ClockTime.None;

    /// <summary>True for pictures that may need other pictures to be decoded.</summary>
    public bool IsCodedPicture => Kind == MediaKind.Video && Pad.Format is EncodedFormat;

    /// <summary>True for raw pictures, which need no other.</summary>
    public bool IsRawPicture => Kind == MediaKind.Video && Pad.Format is VideoFormat;

    /// <summary>True once nothing more comes.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>The decoding time up to which all buffers have come; None before the first.</summary>
    public ClockTime Newest { get; private set; } = ClockTime.None;

    /// <summary>The end of the presentation of all buffers so far; None before the first.</summary>
    public ClockTime PresentedUntil { get; private set; } = ClockTime.None;

    /// <summary>The number of waiting buffers and format changes.</summary>
    public int Count => _items.Count;

    /// <summary>True if the stream holds as much as it may.</summary>
    public bool IsFull => _items.Count > MostItems || _bytes > MostBytes;

    /// <summary>True if no more buffers come that are decoded before a time.</summary>
    public bool Covers(ClockTime time) => HasEnded || Newest >= time;

    /// <summary>True if the stream reaches a read-ahead beyond the wanted time, or beyond its own beginning if that is later.</summary>
    public bool IsAheadOf(ClockTime wanted, ClockTime readAhead) =>
        Newest >= (wanted.IsNone || _first > wanted ? _first : wanted) + readAhead;

    /// <summary>Returns the oldest item; null if there is none.</summary>
    public FeedItem? Peek() => _items.TryPeek(out FeedItem item) ? item : null;

    /// <summary>Returns the oldest buffer; null if there is none.</summary>
    public MediaBuffer? FirstBuffer()
    {
        foreach (FeedItem item in _items)
        {
            if (item.Buffer is { } buffer)
            {
                return buffer;
            }
        }

        return null;
    }

    public void Add(MediaBuffer buffer)
    {
        _items.Enqueue(FeedItem.Of(buffer));
        _bytes += SizeOf(buffer);
        Reach(buffer.DecodeOrder);
        if (buffer.Pts > _lastPts || _lastPts.IsNone)
        {
            // If a file does not say how long its last picture lasts, assume the duration of the one before.
            _lastStep = _lastPts.IsNone ? ClockTime.Zero : buffer.Pts - _lastPts;
            _lastPts = buffer.Pts;
            PresentedUntil = buffer.Pts + (buffer.Duration > ClockTime.Zero ? buffer.Duration : _lastStep);
        }
    }

    /// <summary>Adds a change of format, which applies from the next buffer on.</summary>
    public void Add(MediaFormat format) => _items.Enqueue(FeedItem.Of(format));

    /// <summary>Notes that all buffers up to a decoding time have come.</summary>
    public void Reach(ClockTime time)
    {
        _first = _first.IsNone ? time : _first;
        Newest = Newest.IsNone || time > Newest ? time : Newest;
    }

    /// <summary>Notes a change of the stream's format, if viewers would see or hear it.</summary>
    public void Refuse(EncodedFormat changed)
    {
        if (Format is { } format && CopyAdmission.FindChange(format, changed) is { } change)
        {
            Change = $"From here on it {change}, but a copied channel cannot change its format. Split the file here, or encode it in one format.";
        }
    }

    /// <summary>Removes and returns the oldest item.</summary>
    public FeedItem Take()
    {
        FeedItem item = _items.Dequeue();
        _bytes -= item.Buffer is { } buffer ? SizeOf(buffer) : 0;
        return item;
    }

    /// <summary>
    /// Notes that no more buffers come. Format changes at the end, without a buffer after them, are dropped, so that they do not keep the
    /// item on the air.
    /// </summary>
    public void End()
    {
        HasEnded = true;
        Doubtful?.Release();
        Doubtful = null;
        if (FirstBuffer() is null)
        {
            _items.Clear();
        }
    }

    /// <summary>Drops buffers that are presented before a time; keeps format changes.</summary>
    public void DropBefore(ClockTime time)
    {
        for (int left = _items.Count; left > 0; left--)
        {
            FeedItem item = Take();
            if (item.Buffer is { } buffer && buffer.Pts < time)
            {
                buffer.Release();
            }
            else
            {
                PutBack(item);
            }
        }
    }

    /// <summary>If a raw picture is still shown at a time, moves its beginning to that time.</summary>
    public static void ShowFrom(MediaBuffer picture, ClockTime time)
    {
        ClockTime end = picture.Pts + picture.Duration;
        if (picture.Pts < time && end > time)
        {
            (picture.Pts, picture.Dts, picture.Duration) = (time, ClockTime.None, end - time);
        }
    }

    /// <summary>
    /// Drops buffers that are presented before a time, and encoded pictures before the first key frame at or after it; keeps format
    /// changes. A raw picture that is still shown at the time then begins at the time.
    /// </summary>
    public void BeginAt(ClockTime time)
    {
        NeedsKeyFrame = true;
        Entered = ClockTime.None;
        for (int left = _items.Count; left > 0; left--)
        {
            FeedItem item = Take();
            if (item.Buffer is not { } buffer)
            {
                PutBack(item);
                continue;
            }

            if (IsRawPicture)
            {
                ShowFrom(buffer, time);
            }

            if (buffer.Pts < time || buffer.Pts < Entered || (NeedsKeyFrame && IsCodedPicture && !buffer.IsKeyFrame))
            {
                buffer.Release();
                continue;
            }

            Entered = NeedsKeyFrame && IsCodedPicture ? buffer.Pts : Entered;
            NeedsKeyFrame = false;
            PutBack(item);
        }
    }

    /// <summary>
    /// Ends the stream before the first buffer, in decoding order, that is presented at a time or later, if there is one yet.
    /// </summary>
    public void EndAt(ClockTime time)
    {
        bool isOver = false;
        for (int left = _items.Count; left > 0; left--)
        {
            FeedItem item = Take();
            isOver |= item.Buffer is { } buffer && buffer.Pts >= time;
            if (!isOver)
            {
                PutBack(item);
            }
            else
            {
                item.Release();
            }
        }

        if (isOver)
        {
            End();
        }
    }

    public void Clear()
    {
        foreach (FeedItem item in _items)
        {
            item.Release();
        }

        _items.Clear();
        _bytes = 0;
    }

    private void PutBack(FeedItem item)
    {
        _items.Enqueue(item);
        _bytes += item.Buffer is { } buffer ? SizeOf(buffer) : 0;
    }

    private static long SizeOf(MediaBuffer buffer)
    {
        long size = 0;
        for (int plane = 0; plane < buffer.Memory.PlaneCount; plane++)
        {
            size += buffer.Memory.Plane(plane).Length;
        }

        return size;
    }
}
