using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Runtime.Output;

/// <summary>
/// Where a producer's pipeline hands one item to the channel: puts its buffers on the channel's line, clips them to the scheduled span,
/// and keeps the next few of them until the output takes them.
/// </summary>
/// <remarks>
/// The item's segments must make running time the channel's line. Buffers come in on the producer's thread and are taken on the
/// output's; both sides are safe. An item ends where it is told to: the first packet, in decoding order, that would be presented at the
/// end or later ends its stream, so everything handed on can be decoded. Its picture begins with a key frame, without what is shown before
/// that.
/// <para>
/// Reading goes on until every stream has what the output has asked for, and the read-ahead beyond that, however far apart a file's
/// pictures are. If that is more than a stream may hold (<see cref="ChannelLane.IsFull"/>), the output goes on without what another
/// stream may still bring for the same time. An item whose times stray from each other fails (<see cref="LineOfTimes"/>).
/// </para>
/// </remarks>
public sealed partial class ChannelSink : Element
{
    /// <summary>Only so much that a demuxer's turn can be late: what a slow disc needs is kept by the system, in its page cache.</summary>
    private static readonly ClockTime s_readAhead = ClockTime.FromMilliseconds(200);

    /// <summary>A tick of the transport stream: what is later than one before the end would be shown at it.</summary>
    internal static readonly ClockTime Tick = ClockTime.FromUnits(1, new Rational(1, 90_000));

    private readonly Lock _lock = new();
    private readonly RoomGate _gate = new();
    private readonly List<ChannelLane> _lanes = [];
    private readonly ClockTime _readAhead;
    private bool _isReported;

    // Whether the output has looked for something since that was not there.
    private bool _isAwaited;
    private ClockTime _wanted = ClockTime.None;

    /// <summary>An input for one item.</summary>
    /// <param name="name">The element's name.</param>
    /// <param name="from">The scheduled start, on the channel's line; nothing is presented before it.</param>
    /// <param name="until">The scheduled end, exclusive; nothing is presented at it or later.</param>
    /// <param name="readAhead">How much is kept; 200 ms unless told.</param>
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

    /// <summary>Whose item it is; null if nobody has said. Set before the item goes on the air.</summary>
    public ItemTag? Tag { get; set; }

    /// <summary>Buffers without a presentation time, which cannot be aired and were dropped.</summary>
    public long Untimed { get; private set; }

    /// <summary>
    /// True once the file has brought a stream later than it can be waited for: after it has told of a gap there, or when another one held
    /// as much as may be held.
    /// </summary>
    internal bool IsOutOfOrder { get; private set; }

    /// <summary>Called, on the producer's thread, when something has come in that the output has looked for in vain, or the item has ended.</summary>
    internal Action? Arrived { get; set; }

    /// <summary>Adds the input of a stream; at most one a kind.</summary>
    public InputPad AddStream(MediaKind kind)
    {
        InputPad pad = AddInput(kind == MediaKind.Video ? "video" : "audio", _gate);
        _lanes.Add(new ChannelLane(kind, pad));
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
            ChannelLane lane = Find(input)!;
            try
            {
                Resolve(lane, aired.DecodeOrder);
            }
            catch
            {
                aired.Release();
                throw;
            }

            if (!lane.HasEnded && LineOfTimes.IsDoubtful(aired.DecodeOrder, lane.Newest) && lane.Doubtful is null)
            {
                lane.Doubtful = aired;
                return;
            }

            Take(lane, aired);
            UpdateGate();
            // As long as the output has enough, waking it for every packet would cost more than the packet.
            isAwaited = _isAwaited || lane.HasEnded;
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
            ChannelLane lane = Find(input)!;
            switch (mediaEvent)
            {
                case FormatChanged change when !lane.HasEnded:
                    Resolve(lane, ClockTime.MaxValue);
                    TakeFormat(lane, change.Format);
                    lane.Add(change.Format);
                    break;
                case Gap gap:
                    ClockTime begin = input.ToRunningTime(gap.Pts), end = input.ToRunningTime(gap.Pts + gap.Duration);
                    if (lane.Doubtful is { } doubtful && LineOfTimes.GoesOn(begin, doubtful.DecodeOrder))
                    {
                        Resolve(lane, begin);
                    }

                    lane.Reach(end);
                    if (end >= Until)
                    {
                        lane.End();
                    }

                    break;
                case EndOfStream:
                    Resolve(lane, ClockTime.MaxValue);
                    lane.End();
                    break;
            }

            UpdateGate();
        }

        ReportEndOnce();
        Arrived?.Invoke();
    }

    /// <summary>Takes what was doubtful, or drops it, by the time of what comes next.</summary>
    private void Resolve(ChannelLane lane, ClockTime next)
    {
        if (lane.Doubtful is not { } doubtful)
        {
            return;
        }

        lane.Doubtful = null;
        if (LineOfTimes.GoesOn(next, doubtful.DecodeOrder))
        {
            Take(lane, doubtful);
        }
        else
        {
            lane.NeedsKeyFrame = true;
            doubtful.Release();
        }
    }

    /// <summary>Keeps a buffer for the output where it is one of the item.</summary>
    /// <exception cref="InvalidDataException">The times of the stream stray for good.</exception>
    private void Take(ChannelLane lane, MediaBuffer buffer)
    {
        bool hadEnded = lane.HasEnded;
        if (!hadEnded && IsInLine(lane, buffer) && Admit(lane, buffer) && IsOfFormat(lane, buffer))
        {
            IsOutOfOrder |= !LineOfTimes.GoesOn(buffer.DecodeOrder, lane.Newest);
            lane.Add(buffer);
            return;
        }

        buffer.Release();
        if (!hadEnded && (lane.Change ?? lane.Times.Problem) is { } problem)
        {
            throw new InvalidDataException(problem);
        }
    }

    /// <summary>Hears what follows; what is aired as it is encoded has to stay what it is.</summary>
    /// <exception cref="InvalidDataException">It is something else from here on.</exception>
    private static void TakeFormat(ChannelLane lane, MediaFormat format)
    {
        lane.Format ??= format as EncodedFormat;
        if (format is EncodedFormat encoded && lane.Changes.Expect(encoded) is { } changed)
        {
            lane.Refuse(changed);
        }

        if (lane.Change is { } change)
        {
            throw new InvalidDataException(change);
        }
    }

    /// <summary>True if a packet says the same of its stream as those before it, or nothing that matters.</summary>
    private static bool IsOfFormat(ChannelLane lane, MediaBuffer buffer)
    {
        if (lane.Format is null || (buffer.Flags & BufferFlags.Corrupt) != BufferFlags.None)
        {
            return true;
        }

        if (lane.Changes.Next(buffer.Data, buffer.IsKeyFrame) is { } changed)
        {
            lane.Refuse(changed);
        }

        return lane.Change is null && !lane.Changes.IsDoubtful;
    }

    /// <summary>Whether a buffer follows on what has come; a picture after one that did not needs a key frame.</summary>
    private bool IsInLine(ChannelLane lane, MediaBuffer buffer)
    {
        ClockTime newest = ClockTime.None;
        foreach (ChannelLane other in _lanes)
        {
            newest = newest.IsNone || other.Newest > newest ? other.Newest : newest;
        }

        if (lane.Times.Follows(buffer.DecodeOrder, newest))
        {
            return true;
        }

        lane.NeedsKeyFrame = true;
        return false;
    }

    private bool Admit(ChannelLane lane, MediaBuffer buffer)
    {
        if (buffer.Pts >= Until - Tick)
        {
            lane.End();
            return false;
        }

        if (lane.IsRawPicture)
        {
            ChannelLane.ShowFrom(buffer, From);
        }

        if (buffer.Pts < From || buffer.Pts < lane.Entered)
        {
            // Before the item, or shown before the key frame that it was entered at (leading pictures of an open group).
            return false;
        }

        if (lane.NeedsKeyFrame && lane.IsCodedPicture)
        {
            if (!buffer.IsKeyFrame)
            {
                return false;
            }

            lane.Entered = buffer.Pts;
        }

        lane.NeedsKeyFrame = false;
        return true;
    }

    private bool Awaits(bool isThere)
    {
        _isAwaited |= !isThere;
        return isThere;
    }

    /// <summary>True if a stream holds as much as may be held.</summary>
    private bool IsFull => _lanes.Exists(lane => lane.IsFull);

    /// <summary>Hears up to when the output wants to go.</summary>
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
        // All streams come out of one file: only when every one has enough may reading wait, or the one that lags would starve.
        if (!IsFull && !_lanes.TrueForAll(lane => lane.HasEnded || lane.IsAheadOf(_wanted, _readAhead)))
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
            if (_isReported || !_lanes.TrueForAll(lane => lane.HasEnded && lane.Count == 0))
            {
                return;
            }

            _isReported = true;
        }

        ReportEnd();
    }

    private ChannelLane? Find(MediaKind kind) => _lanes.Find(lane => lane.Kind == kind);

    private ChannelLane? Find(InputPad pad) => _lanes.Find(lane => ReferenceEquals(lane.Pad, pad));
}
