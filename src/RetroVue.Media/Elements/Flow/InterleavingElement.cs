using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.Elements.Flow;

/// <summary>
/// The base of muxers: stores what its inputs bring and takes it in the order of decoding times, never of arrival, so that the same
/// streams give the same bytes whatever threads bring them.
/// </summary>
/// <remarks>
/// An input is waited for until it has a buffer, a <see cref="Gap"/> that covers the time, or its end. Each input is bounded, but where
/// one is waited for while another is full, whoever feeds both goes on: a file whose streams lie far apart must not stand still. Times
/// are compared in running time.
/// </remarks>
public abstract class InterleavingElement : Element
{
    private readonly List<Lane> _lanes = [];
    private readonly StepTask _task;
    private bool _hasTaken;
    private bool _hasEnded;
    private bool _hasFailed;
    private bool _isStarving;

    /// <summary>A muxer with no inputs yet.</summary>
    /// <param name="name">The element's name.</param>
    /// <param name="placement">Where its task runs.</param>
    protected InterleavingElement(string name, StepPlacement placement = StepPlacement.Shared)
        : base(name) => _task = AddTask(TakeNext, placement);

    /// <summary>Items that an input stores before whoever feeds it waits.</summary>
    protected virtual int LaneCapacity => 64;

    /// <summary>Adds an input that stores what it is handed.</summary>
    protected InputPad AddLane(string name)
    {
        var gate = new RoomGate();
        InputPad pad = AddInput(name, gate);
        _lanes.Add(new Lane(pad, gate, LaneCapacity));
        return pad;
    }

    /// <summary>Takes the next buffer in the order of decoding times; owns its reference.</summary>
    protected abstract void TakeBuffer(InputPad input, MediaBuffer buffer);

    /// <summary>Takes an event that stands before the next buffer of its input.</summary>
    protected abstract void TakeEvent(InputPad input, MediaEvent mediaEvent);

    /// <summary>Called once when every input has ended.</summary>
    protected abstract void TakeEnd();

    /// <inheritdoc/>
    protected internal sealed override void OnBuffer(InputPad input, MediaBuffer buffer) => Store(input, buffer);

    /// <inheritdoc/>
    protected internal sealed override void OnEvent(InputPad input, MediaEvent mediaEvent) => Store(input, mediaEvent);

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
            Flush();
        }
    }

    /// <inheritdoc/>
    protected internal override void Flush()
    {
        foreach (Lane lane in _lanes)
        {
            lane.Clear();
        }

        _hasTaken = false;
        _hasEnded = false;
        _hasFailed = false;
        _isStarving = false;
    }

    private void Store(InputPad input, object item)
    {
        foreach (Lane lane in _lanes)
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
        Lane? earliest = FindEarliest(isStopping: false, out bool mustWait);
        if (mustWait || (earliest is not null && earliest.Peek() is null))
        {
            ShowStarving(earliest, _lanes.Exists(lane => !lane.Gate.IsOpen));
            return StepResult.Idle;
        }

        ShowStarving(null, false);
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
    private Lane? FindEarliest(bool isStopping, out bool mustWait)
    {
        Lane? earliest = null;
        mustWait = false;
        foreach (Lane lane in _lanes)
        {
            while (lane.Peek() is MediaEvent mediaEvent)
            {
                lane.Take();
                TakeEventOf(lane, mediaEvent);
            }

            if (lane.HasEnded || (isStopping && lane.Peek() is null))
            {
                continue;
            }

            // A lane with a gap stands at the gap's end: it need not be waited for by anything earlier.
            mustWait |= lane.Peek() is null && lane.CoveredUntil.IsNone;
            if (earliest is null || lane.Position < earliest.Position)
            {
                earliest = lane;
            }
        }

        return earliest;
    }

    private bool TakeEarliest(Lane? earliest)
    {
        if (earliest?.Peek() is not MediaBuffer buffer)
        {
            return false;
        }

        earliest.Take();
        earliest.CoveredUntil = ClockTime.None;
        _hasTaken = true;
        TakeBuffer(earliest.Pad, buffer);
        return true;
    }

    /// <summary>Marks the lanes that are waited for, where another is full, and takes the marks back otherwise.</summary>
    private void ShowStarving(Lane? earliest, bool isStarving)
    {
        if (!isStarving && !_isStarving)
        {
            return;
        }

        _isStarving = isStarving;
        foreach (Lane lane in _lanes)
        {
            bool isAwaited = !lane.HasEnded && lane.Peek() is null && (lane.CoveredUntil.IsNone || ReferenceEquals(lane, earliest));
            lane.Gate.SetStarving(isStarving && isAwaited);
        }
    }

    private void TakeEventOf(Lane lane, MediaEvent mediaEvent)
    {
        switch (mediaEvent)
        {
            case Segment segment:
                lane.Segment = segment;
                break;
            case Gap gap:
                lane.CoveredUntil = lane.Segment.ToRunningTime(gap.Pts + gap.Duration);
                break;
            case EndOfStream:
                lane.HasEnded = true;
                return;
        }

        TakeEvent(lane.Pad, mediaEvent);
    }

    private sealed class Lane(InputPad pad, RoomGate gate, int capacity)
    {
        private readonly HandOverQueue<object> _items = new();

        public InputPad Pad { get; } = pad;

        public RoomGate Gate { get; } = gate;

        public Segment Segment { get; set; } = Segment.Default;

        /// <summary>The running time until which nothing comes; None where that was not said.</summary>
        public ClockTime CoveredUntil { get; set; } = ClockTime.None;

        public bool HasEnded { get; set; }

        /// <summary>The running time of what comes next. A buffer without times follows at once.</summary>
        public ClockTime Position => Peek() is MediaBuffer buffer
            ? buffer.DecodeOrder.IsNone ? -ClockTime.MaxValue : Segment.ToRunningTime(buffer.DecodeOrder)
            : CoveredUntil;

        public object? Peek() => _items.TryPeek(out object? item) ? item : null;

        public void Take()
        {
            _items.TryDequeue(out _);
            Interlocked.MemoryBarrier();
            if (!Gate.IsOpen && _items.Count <= capacity / 2)
            {
                Gate.Open();
            }
        }

        public void Add(object item)
        {
            _items.Enqueue(item);
            if (_items.Count >= capacity)
            {
                Gate.Close();
                if (_items.Count <= capacity / 2)
                {
                    Gate.Open();
                }
            }
        }

        public void Clear()
        {
            while (_items.TryDequeue(out object? item))
            {
                (item as MediaBuffer)?.Release();
            }

            CoveredUntil = ClockTime.None;
            HasEnded = false;
            Segment = Segment.Default;
            Gate.SetStarving(false);
            Gate.Open();
        }
    }
}
