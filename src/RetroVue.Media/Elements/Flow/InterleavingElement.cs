using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.Elements.Flow;

/// <summary>
/// The base of muxers: stores what its inputs bring and takes it in the order of decoding times, never of arrival, so that the same
/// streams give the same bytes whatever threads bring them.
/// </summary>
/// <remarks>
/// <para>
/// An input is waited for until it has a buffer, a <see cref="Gap"/> that covers the time (before its format that says nothing), or its
/// end. Each input is bounded, but if one is waited for while another is full, whoever feeds both goes on: a file whose streams lie far
/// apart must not stand still. Times are compared in running time.
/// </para>
/// <para>
/// If the times of a file's stream go back by over 100 ms and stay there, as in a recording that was begun anew, it goes on after what came
/// before; the other streams are moved by as much where they do so too, so that they stay together. The pipeline's event "went-back" names
/// the first, and <see cref="WentBack"/> counts. A single buffer that goes back moves nothing.
/// </para>
/// <para>
/// What a live source brings cannot be held back: not read in time it is lost. So live inputs wait no longer than
/// <see cref="SilenceLimit"/> for one that brings nothing. One that brings something now and then, as an encoder that looks ahead does, is
/// late and not silent: for it they wait as long as they have room, 64 MiB or 90 s of media each, and so they do for one that has not
/// announced its format. One that has none by then is left out for good: the pipeline's event "left-out" names it, and
/// <see cref="LeftOutBuffers"/> counts what it brings later.
/// </para>
/// </remarks>
public abstract class InterleavingElement : Element
{
    /// <summary>So many buffers without a presentation time may come from damage, even where an input has brought few others yet.</summary>
    private const int MostUntimed = 100;

    private readonly List<InterleavingLane> _lanes = [];
    private readonly LaneWaiting _waiting;
    private readonly LineShifts _shifts = new();
    private readonly StepTask _task;
    private bool _hasTaken;
    private bool _hasEnded;
    private bool _hasFailed;
    private bool _isBackReported;
    private long _leftOut;
    private long _untimed;

    /// <summary>A muxer with no inputs yet.</summary>
    /// <param name="name">The element's name.</param>
    /// <param name="placement">Where its task runs.</param>
    protected InterleavingElement(string name, StepPlacement placement = StepPlacement.Shared)
        : base(name)
    {
        _waiting = new LaneWaiting(_lanes);
        _task = AddTask(TakeNext, placement);
    }

    /// <summary>
    /// True for muxers that need presentation times: a buffer that has none, as a damaged header leaves it, is left out and counted
    /// (<see cref="UntimedBuffers"/>), and an input that brings more without than with, over 100 or to its end, is refused.
    /// </summary>
    protected virtual bool NeedsTimes => false;

    /// <summary>Items that an input without a live source stores before whoever feeds it waits.</summary>
    protected virtual int LaneCapacity => 64;

    /// <summary>
    /// How long live inputs wait for one that brings nothing, in media time: about so far behind they are then written on without it. What
    /// it brings later is taken at once, however late. Three seconds unless told otherwise; set it before the pipeline starts.
    /// </summary>
    /// <exception cref="ArgumentException">It is not above zero.</exception>
    public ClockTime SilenceLimit
    {
        get;
        set => field = value > ClockTime.Zero ? value : throw new ArgumentException($"A limit is above zero, not {value}.", nameof(value));
    }
    = ClockTime.FromSeconds(3);

    /// <summary>Buffers released unused because their input had no format in time; any thread.</summary>
    public long LeftOutBuffers => Volatile.Read(ref _leftOut);

    /// <summary>Buffers released unused because they had no presentation time; the first is reported ("untimed"). Any thread.</summary>
    public long UntimedBuffers => Volatile.Read(ref _untimed);

    /// <summary>How often the times of the inputs went back and stayed there; any thread.</summary>
    public int WentBack => _shifts.Count - 1;

    /// <summary>Adds an input that stores what it is handed.</summary>
    protected InputPad AddLane(string name)
    {
        var gate = new RoomGate();
        InputPad pad = AddInput(name, gate);
        _lanes.Add(new InterleavingLane(pad, gate, LaneCapacity));
        return pad;
    }

    /// <summary>Takes the next buffer in the order of decoding times; owns its reference.</summary>
    protected abstract void TakeBuffer(InputPad input, MediaBuffer buffer);

    /// <summary>Takes an event that stands before the next buffer of its input.</summary>
    protected abstract void TakeEvent(InputPad input, MediaEvent mediaEvent);

    /// <summary>Called once when every input has ended.</summary>
    protected abstract void TakeEnd();

    /// <summary>What is thrown where an input is refused.</summary>
    /// <param name="reason">Why, and what helps.</param>
    protected virtual Exception Refusal(string reason) => new InvalidOperationException(reason);

    /// <inheritdoc/>
    protected internal sealed override void OnBuffer(InputPad input, MediaBuffer buffer) => Store(input, buffer);

    /// <inheritdoc/>
    protected internal sealed override void OnEvent(InputPad input, MediaEvent mediaEvent) => Store(input, mediaEvent);

    /// <inheritdoc/>
    protected internal override void Start()
    {
        foreach (InterleavingLane lane in _lanes)
        {
            lane.IsLive = lane.Pad.Peer is { } peer && IsFedLive(peer.Element);
        }
    }

    /// <summary>What has come is taken still, and then the end: a run that is stopped has all that was captured, as far as it goes.</summary>
    protected internal override void Stop()
    {
        try
        {
            if (!_hasFailed && !_hasEnded)
            {
                while (TakeEarliest(FindEarliest(isStopping: true, out _)))
                {
                }

                if (_hasTaken)
                {
                    TakeEnd();
                }
            }
        }
        finally
        {
            _hasEnded = true;
            _lanes.ForEach(lane => lane.Clear());
        }
    }

    private void Store(InputPad input, object item)
    {
        foreach (InterleavingLane lane in _lanes)
        {
            if (ReferenceEquals(lane.Pad, input))
            {
                lane.Add(item);
                break;
            }
        }

        _task.Wake();
    }

    private StepResult TakeNext()
    {
        try
        {
            return TakeNextUnlessAwaited();
        }
        catch
        {
            _hasFailed = true;
            throw;
        }
    }

    private StepResult TakeNextUnlessAwaited()
    {
        InterleavingLane? earliest = FindEarliest(isStopping: false, out bool mustWait);
        if (mustWait || (earliest is not null && earliest.Peek() is null))
        {
            _waiting.Show(earliest, _lanes.Exists(lane => !lane.Gate.IsOpen));
            return StepResult.Idle;
        }

        _waiting.Show(null, false);
        if (TakeEarliest(earliest))
        {
            return StepResult.Again;
        }

        if (!_hasEnded)
        {
            _hasEnded = true;
            TakeEnd();
        }

        return StepResult.Idle;
    }

    /// <summary>Takes the events that stand first, and finds the input whose next buffer, or gap's end, comes first; of those that have something, when nothing more comes.</summary>
    private InterleavingLane? FindEarliest(bool isStopping, out bool mustWait)
    {
        InterleavingLane? earliest = null;
        mustWait = false;
        foreach (InterleavingLane lane in _lanes)
        {
            TakeEventsOf(lane);
            bool isEmpty = lane.Peek() is null;
            if (!isEmpty)
            {
                lane.SilentSince = ClockTime.None;
            }

            if (lane.HasEnded || lane.IsLeftOut || (isEmpty && (isStopping || IsGivenUp(lane))))
            {
                continue;
            }

            if (lane.FollowLine(_shifts, isStopping))
            {
                ReportLine(lane);
                TakeEvent(lane.Pad, lane.Segment);
            }

            // A lane with a gap stands at the gap's end: it need not be waited for by anything earlier.
            mustWait |= lane.IsUnsure || (isEmpty && lane.CoveredUntil.IsNone);
            if (earliest is null || lane.Position < earliest.Position)
            {
                earliest = lane;
            }
        }

        return earliest;
    }

    /// <summary>True if live inputs have waited for an empty one as long as they may; one without a format is then left out.</summary>
    private bool IsGivenUp(InterleavingLane awaited)
    {
        if (!_waiting.IsOver(awaited, SilenceLimit))
        {
            return false;
        }

        if (!awaited.HasFormat)
        {
            awaited.IsLeftOut = true;
            Pipeline.Report(
                "left-out",
                Name,
                $"'{awaited.Pad}' has announced no format while the others could wait for it, and is left out. Start when its source has a signal.");
        }

        return true;
    }

    private void ReportLine(InterleavingLane lane)
    {
        if (!_isBackReported)
        {
            _isBackReported = true;
            Pipeline.Report(
                "went-back", Name, $"The times of '{lane.Pad}' went back and stay there; it goes on after what came before, {_shifts[lane.Line]} later than it says.");
        }
    }

    private static bool IsFedLive(Element element) =>
        element.Latency.IsLive || element.Inputs.Any(input => input.Peer is { } peer && IsFedLive(peer.Element));

    private bool TakeEarliest(InterleavingLane? earliest)
    {
        if (earliest?.Peek() is not MediaBuffer buffer)
        {
            return false;
        }

        earliest.Take();
        earliest.CoveredUntil = ClockTime.None;
        if (NeedsTimes && buffer.Pts.IsNone)
        {
            buffer.Release();
            LeaveOutUntimed(earliest);
            return true;
        }

        _hasTaken = true;
        TakeBuffer(earliest.Pad, buffer);
        return true;
    }

    private void LeaveOutUntimed(InterleavingLane lane)
    {
        Volatile.Write(ref _untimed, _untimed + 1);
        if (++lane.Untimed > MostUntimed)
        {
            ThrowIfMostlyUntimed(lane);
        }

        if (_untimed == 1)
        {
            Pipeline.Report("untimed", Name, $"'{lane.Pad}' brought a packet without a presentation time, and none follows from others; it is left out, as others like it.");
        }
    }

    private void ThrowIfMostlyUntimed(InterleavingLane lane)
    {
        if (lane.Untimed > lane.Timed)
        {
            throw Refusal($"'{lane.Pad}' brought most packets without a presentation time. Decode and encode that stream to give it one.");
        }
    }

    /// <summary>Takes the events that stand before the next buffer; of an input that is left out also the buffers.</summary>
    private void TakeEventsOf(InterleavingLane lane)
    {
        while (lane.Peek() is { } item)
        {
            if (item is MediaEvent mediaEvent)
            {
                lane.Take();
                lane.SilentSince = ClockTime.None;
                TakeEventOf(lane, mediaEvent);
            }
            else if (lane.IsLeftOut)
            {
                lane.Take();
                ((MediaBuffer)item).Release();
                Volatile.Write(ref _leftOut, _leftOut + 1);
            }
            else
            {
                return;
            }
        }
    }

    private void TakeEventOf(InterleavingLane lane, MediaEvent mediaEvent)
    {
        switch (mediaEvent)
        {
            case Segment segment:
                lane.Announce(segment, _shifts);
                mediaEvent = lane.Segment;
                break;
            case Gap gap when lane.HasFormat:
                lane.CoveredUntil = lane.Segment.ToRunningTime(gap.Pts + gap.Duration);
                break;
            case FormatChanged:
                lane.HasFormat = true;
                break;
            case EndOfStream:
                lane.HasEnded = true;
                ThrowIfMostlyUntimed(lane);
                return;
        }

        if (!lane.IsLeftOut)
        {
            TakeEvent(lane.Pad, mediaEvent);
        }
    }
}
