using RetroVue.Media.Elements.Coded;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Runtime.Output;

/// <summary>One stream of an item that waits to be aired. Guarded by its sink's lock.</summary>
internal sealed class ChannelLane(MediaKind kind, InputPad pad)
{
    /// <summary>A bound on memory for streams whose times do not advance.</summary>
    private const int MostItems = 4096;

    /// <summary>
    /// A bound on memory for pictures that are waiting for the sound of the same time: files bring it up to three seconds later, and of
    /// decoded pictures at 1920x1080 and 25 a second that is 233 MB.
    /// </summary>
    private const long MostBytes = 256L << 20;

    private readonly Queue<FeedItem> _items = new();
    private ClockTime _first = ClockTime.None;
    private ClockTime _lastPts = ClockTime.None;
    private ClockTime _lastStep = ClockTime.Zero;
    private long _bytes;

    public MediaKind Kind { get; } = kind;

    public InputPad Pad { get; } = pad;

    /// <summary>Whether the times of what comes go on.</summary>
    public LineOfTimes Times { get; } = new(pad.Name);

    /// <summary>Whether what comes is what the stream was said to be.</summary>
    public CodedChanges Changes { get; } = new();

    /// <summary>What the stream was said to be at first; null before, and of raw media.</summary>
    public EncodedFormat? Format { get; set; }

    /// <summary>What the stream has become that it was not, in words, once it has; null before.</summary>
    public string? Change { get; private set; }

    /// <summary>What came long after the one before it, as long as nothing has come that shows whether that is so; null if there is none.</summary>
    public MediaBuffer? Doubtful { get; set; }

    /// <summary>True until a first picture that can be decoded has come, and again after something that it needs was left out.</summary>
    public bool NeedsKeyFrame { get; set; } = true;

    /// <summary>The presentation time of the key frame that the stream was entered at; None before it and where there need be none.</summary>
    public ClockTime Entered { get; set; } = ClockTime.None;

    /// <summary>True for pictures of which one may need another.</summary>
    public bool IsCodedPicture => Kind == MediaKind.Video && Pad.Format is EncodedFormat;

    /// <summary>True for pictures of which each stands for itself.</summary>
    public bool IsRawPicture => Kind == MediaKind.Video && Pad.Format is VideoFormat;

    /// <summary>True once nothing more comes.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>The decoding time up to which everything has come; None before the first.</summary>
    public ClockTime Newest { get; private set; } = ClockTime.None;

    /// <summary>When the last of what has come is no longer presented; None if nothing has.</summary>
    public ClockTime PresentedUntil { get; private set; } = ClockTime.None;

    /// <summary>Buffers and format changes that wait.</summary>
    public int Count => _items.Count;

    /// <summary>True if it holds as much as may be held.</summary>
    public bool IsFull => _items.Count > MostItems || _bytes > MostBytes;

    /// <summary>True if nothing more comes that is decoded before a time.</summary>
    public bool Covers(ClockTime time) => HasEnded || Newest >= time;

    /// <summary>True if it reaches by a read-ahead beyond what is wanted, or beyond its beginning where that is later.</summary>
    public bool IsAheadOf(ClockTime wanted, ClockTime readAhead) =>
        Newest >= (wanted.IsNone || _first > wanted ? _first : wanted) + readAhead;

    /// <summary>The oldest item; null if there is none.</summary>
    public FeedItem? Peek() => _items.TryPeek(out FeedItem item) ? item : null;

    /// <summary>The oldest buffer; null if there is none.</summary>
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
            // If a file does not say how long its last picture lasts, it is as long as the one before.
            _lastStep = _lastPts.IsNone ? ClockTime.Zero : buffer.Pts - _lastPts;
            _lastPts = buffer.Pts;
            PresentedUntil = buffer.Pts + (buffer.Duration > ClockTime.Zero ? buffer.Duration : _lastStep);
        }
    }

    /// <summary>Adds a change of format, which stands before the next buffer.</summary>
    public void Add(MediaFormat format) => _items.Enqueue(FeedItem.Of(format));

    /// <summary>Notes that everything up to a decoding time has come.</summary>
    public void Reach(ClockTime time)
    {
        _first = _first.IsNone ? time : _first;
        Newest = Newest.IsNone || time > Newest ? time : Newest;
    }

    /// <summary>Hears that the stream is something else from here on, which matters where a viewer sees or hears it.</summary>
    public void Refuse(EncodedFormat changed)
    {
        if (Format is { } format && CopyAdmission.FindChange(format, changed) is { } change)
        {
            Change = $"From here on it {change}, and channels that copy cannot change. Put what follows into a file of its own, or encode it as before.";
        }
    }

    /// <summary>Takes the oldest item out.</summary>
    public FeedItem Take()
    {
        FeedItem item = _items.Dequeue();
        _bytes -= item.Buffer is { } buffer ? SizeOf(buffer) : 0;
        return item;
    }

    /// <summary>Says that nothing more comes; formats that no buffer follows are of no use to anybody and keep no item on the air.</summary>
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

    /// <summary>Drops buffers that are presented before a time; the formats among them stay.</summary>
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

    /// <summary>Has a picture that stands for itself, and is still shown at a time, begin then.</summary>
    public static void ShowFrom(MediaBuffer picture, ClockTime time)
    {
        ClockTime end = picture.Pts + picture.Duration;
        if (picture.Pts < time && end > time)
        {
            (picture.Pts, picture.Dts, picture.Duration) = (time, ClockTime.None, end - time);
        }
    }

    /// <summary>
    /// Drops what is presented before a time, and of coded pictures what comes before the first key frame then; the formats among them stay. Of
    /// pictures that need no other, the one that is still shown then begins then.
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

    /// <summary>Ends with the first buffer, in decoding order, that would be presented at a time or later, if there is one yet.</summary>
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
