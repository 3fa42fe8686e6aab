using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Runtime.Output;

/// <summary>
/// The last element of an item's pipeline; it hands the item to the channel. It puts the item's buffers on the channel's line, clips them
/// to the scheduled span, and keeps the next few of them until the output takes them.
/// </summary>
/// <remarks>
/// The item's segments must make its running time equal to the channel's line. Buffers come in on the producer's thread and are taken on
/// the output's thread; both sides are thread-safe. A stream of the item ends before the first packet, in decoding order, that would be
/// presented at the end or later, so all packets that are handed on can be decoded. Its picture begins with a key frame, without pictures
/// that are shown before that.
/// <para>
/// Reading goes on until each stream has the media that the output wants, and the read-ahead beyond it, even if pictures are far apart in
/// the file. If that is more than a stream may hold (<see cref="ItemStream.IsFull"/>), the output goes on without the other stream's media
/// of the same time. The item fails if its times become inconsistent (<see cref="LineOfTimes"/>).
/// </para>
/// </remarks>
public sealed partial class ChannelSink : Element
{
    /// <summary>Just enough for a demuxer whose turn comes late. For a slow disk, the system reads ahead in its page cache.</summary>
    private static readonly ClockTime s_readAhead = ClockTime.FromMilliseconds(200);

    /// <summary>
    /// A tick of the transport stream. A packet that is presented less than a tick before the end would be shown at the end.
    /// </summary>
    internal static readonly ClockTime Tick = ClockTime.FromUnits(1, new Rational(1, 90_000));

    private readonly Lock _lock = new();
    private readonly RoomGate _gate = new();
    private readonly List<ItemStream> _streams = [];
    private readonly ClockTime _readAhead;
    private bool _isReported;

    // True if the output has looked in vain for a buffer since the last one arrived.
    private bool _isAwaited;
    private ClockTime _wanted = ClockTime.None;

    /// <summary>Makes a sink for one item.</summary>
    /// <param name="name">The element's name.</param>
    /// <param name="from">The scheduled start, on the channel's line; nothing is presented before it.</param>
    /// <param name="until">The scheduled end, exclusive; nothing is presented at it or later.</param>
    /// <param name="readAhead">How much media is read ahead; null for 200 ms.</param>
    public ChannelSink(string name, ClockTime from, ClockTime until, ClockTime? readAhead = null)
        : base(name)
    {
        From = from;
        Until = until;
        _readAhead = readAhead ?? s_readAhead;
    }

    /// <summary>The scheduled start on the channel's line.</summary>
    public ClockTime From { get; private set; }

    /// <summary>The scheduled end on the channel's line; it can be moved.</summary>
    public ClockTime Until { get; private set; }

    /// <summary>The entry and the producer of the item; null if nobody has set it. Set before the item goes on the air.</summary>
    public ItemTag? Tag { get; set; }

    /// <summary>The number of buffers without a presentation time; they cannot be aired and were dropped.</summary>
    public long Untimed { get; private set; }

    /// <summary>
    /// True once the file has delivered a stream later than the output can wait: after the demuxer has reported a gap there, or when
    /// another stream was full.
    /// </summary>
    internal bool IsOutOfOrder { get; private set; }

    /// <summary>Called, on the producer's thread, when a buffer that the output has looked for arrives, or the item has ended.</summary>
    internal Action? Arrived { get; set; }

    /// <summary>Adds the input of a stream; at most one of each kind.</summary>
    public InputPad AddStream(MediaKind kind)
    {
        InputPad pad = AddInput(kind == MediaKind.Video ? "video" : "audio", _gate);
        _streams.Add(new ItemStream(kind, pad));
        return pad;
    }

    /// <inheritdoc/>
    protected override void OnBuffer(InputPad input, MediaBuffer buffer)
    {
        if (buffer.Pts.IsNone)
        {
            Untimed++;
            buffer.Release();
            return;
        }

        ClockTime shift = input.ToRunningTime(ClockTime.Zero);
        MediaBuffer aired = buffer.MakeWritable();
        aired.Pts += shift;
        aired.Dts += shift;
        bool isAwaited;
        lock (_lock)
        {
            ItemStream stream = Find(input)!;
            try
            {
                Resolve(stream, aired.DecodeOrder);
            }
            catch
            {
                aired.Release();
                throw;
            }

            if (!stream.HasEnded && LineOfTimes.IsDoubtful(aired.DecodeOrder, stream.Newest) && stream.Doubtful is null)
            {
                stream.Doubtful = aired;
                return;
            }

            Take(stream, aired);
            UpdateGate();
            // While the output has enough, waking it for each packet would cost more than the packet.
            isAwaited = _isAwaited || stream.HasEnded;
            _isAwaited = false;
        }

        ReportEndOnce();
        if (isAwaited)
        {
            Arrived?.Invoke();
        }
    }

    /// <inheritdoc/>
    protected override void OnEvent(InputPad input, MediaEvent mediaEvent)
    {
        lock (_lock)
        {
            ItemStream stream = Find(input)!;
            switch (mediaEvent)
            {
                case FormatChanged change when !stream.HasEnded:
                    Resolve(stream, ClockTime.MaxValue);
                    TakeFormat(stream, change.Format);
                    stream.Add(change.Format);
                    break;
                case Gap gap:
                    ClockTime begin = input.ToRunningTime(gap.Pts), end = input.ToRunningTime(gap.Pts + gap.Duration);
                    if (stream.Doubtful is { } doubtful && LineOfTimes.GoesOn(begin, doubtful.DecodeOrder))
                    {
                        Resolve(stream, begin);
                    }

                    stream.Reach(end);
                    if (end >= Until)
                    {
                        stream.End();
                    }

                    break;
                case EndOfStream:
                    Resolve(stream, ClockTime.MaxValue);
                    stream.End();
                    break;
            }

            UpdateGate();
        }

        ReportEndOnce();
        Arrived?.Invoke();
    }

    /// <summary>Accepts or drops the doubtful buffer, depending on the time of the next one.</summary>
    private void Resolve(ItemStream stream, ClockTime next)
    {
        if (stream.Doubtful is not { } doubtful)
        {
            return;
        }

        stream.Doubtful = null;
        if (LineOfTimes.GoesOn(next, doubtful.DecodeOrder))
        {
            Take(stream, doubtful);
        }
        else
        {
            stream.NeedsKeyFrame = true;
            doubtful.Release();
        }
    }

    /// <summary>Keeps a buffer for the output if it belongs to the item.</summary>
    /// <exception cref="InvalidDataException">The times of the stream stay inconsistent.</exception>
    private void Take(ItemStream stream, MediaBuffer buffer)
    {
        bool hadEnded = stream.HasEnded;
        if (!hadEnded && IsInLine(stream, buffer) && Admit(stream, buffer) && IsOfFormat(stream, buffer))
        {
            IsOutOfOrder |= !LineOfTimes.GoesOn(buffer.DecodeOrder, stream.Newest);
            stream.Add(buffer);
            return;
        }

        buffer.Release();
        if (!hadEnded && (stream.Change ?? stream.Times.Problem) is { } problem)
        {
            throw new InvalidDataException(problem);
        }
    }

    /// <summary>Notes the format of the following buffers. Media that airs as it is encoded must not change its format.</summary>
    /// <exception cref="InvalidDataException">The format has changed.</exception>
    private static void TakeFormat(ItemStream stream, MediaFormat format)
    {
        stream.Format ??= format as EncodedFormat;
        if (format is EncodedFormat encoded && stream.Changes.Expect(encoded) is { } changed)
        {
            stream.Refuse(changed);
        }

        if (stream.Change is { } change)
        {
            throw new InvalidDataException(change);
        }
    }

    /// <summary>True if a packet announces the same format as those before it, or a change that does not matter.</summary>
    private static bool IsOfFormat(ItemStream stream, MediaBuffer buffer)
    {
        if (stream.Format is null || (buffer.Flags & BufferFlags.Corrupt) != BufferFlags.None)
        {
            return true;
        }

        if (stream.Changes.Next(buffer.Data, buffer.IsKeyFrame) is { } changed)
        {
            stream.Refuse(changed);
        }

        return stream.Change is null && !stream.Changes.IsDoubtful;
    }

    /// <summary>
    /// True if the time of a buffer follows on those before it. After a buffer that does not, a picture needs a key frame.
    /// </summary>
    private bool IsInLine(ItemStream stream, MediaBuffer buffer)
    {
        ClockTime newest = ClockTime.None;
        foreach (ItemStream other in _streams)
        {
            newest = newest.IsNone || other.Newest > newest ? other.Newest : newest;
        }

        if (stream.Times.Follows(buffer.DecodeOrder, newest))
        {
            return true;
        }

        stream.NeedsKeyFrame = true;
        return false;
    }

    private bool Admit(ItemStream stream, MediaBuffer buffer)
    {
        if (buffer.Pts >= Until - Tick)
        {
            stream.End();
            return false;
        }

        if (stream.IsRawPicture)
        {
            ItemStream.ShowFrom(buffer, From);
        }

        if (buffer.Pts < From || buffer.Pts < stream.Entered)
        {
            // Before the item's start, or shown before the key frame at which the item began (leading pictures of an open GOP).
            return false;
        }

        if (stream.NeedsKeyFrame && stream.IsCodedPicture)
        {
            if (!buffer.IsKeyFrame)
            {
                return false;
            }

            stream.Entered = buffer.Pts;
        }

        stream.NeedsKeyFrame = false;
        return true;
    }

    private bool Awaits(bool isThere)
    {
        _isAwaited |= !isThere;
        return isThere;
    }

    /// <summary>True if a stream holds as much as it may.</summary>
    private bool IsFull => _streams.Exists(stream => stream.IsFull);

    /// <summary>Notes the time up to which the output wants media.</summary>
    private void Want(ClockTime time)
    {
        if (_wanted.IsNone || time > _wanted)
        {
            _wanted = time;
            UpdateGate();
        }
    }

    private void UpdateGate()
    {
        IsOutOfOrder |= IsFull;
        // All streams come from one file: reading may pause only when each stream has enough, or the slowest stream would starve.
        if (!IsFull && !_streams.TrueForAll(stream => stream.HasEnded || stream.IsAheadOf(_wanted, _readAhead)))
        {
            _gate.Open();
        }
        else if (_gate.IsOpen)
        {
            _gate.Close();
        }
    }

    private void ReportEndOnce()
    {
        lock (_lock)
        {
            if (_isReported || !_streams.TrueForAll(stream => stream.HasEnded && stream.Count == 0))
            {
                return;
            }

            _isReported = true;
        }

        ReportEnd();
    }

    private ItemStream? Find(MediaKind kind) => _streams.Find(stream => stream.Kind == kind);

    private ItemStream? Find(InputPad pad) => _streams.Find(stream => ReferenceEquals(stream.Pad, pad));
}
