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
/// the file. If that is more than a stream may hold (<see cref="ChannelLane.IsFull"/>), the output goes on without the other stream's media
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
    private readonly List<ChannelLane> _lanes = [];
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
            // While the output has enough, waking it for each packet would cost more than the packet.
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

    /// <summary>Accepts or drops the doubtful buffer, depending on the time of the next one.</summary>
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

    /// <summary>Keeps a buffer for the output if it belongs to the item.</summary>
    /// <exception cref="InvalidDataException">The times of the stream stay inconsistent.</exception>
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

    /// <summary>Notes the format of the following buffers. Media that airs as it is encoded must not change its format.</summary>
    /// <exception cref="InvalidDataException">The format has changed.</exception>
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

    /// <summary>True if a packet announces the same format as those before it, or a change that does not matter.</summary>
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

    /// <summary>
    /// True if the time of a buffer follows on those before it. After a buffer that does not, a picture needs a key frame.
    /// </summary>
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
            // Before the item's start, or shown before the key frame at which the item began (leading pictures of an open GOP).
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

    /// <summary>True if a stream holds as much as it may.</summary>
    private bool IsFull => _lanes.Exists(lane => lane.IsFull);

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
