using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.Elements.Flow;

/// <summary>A bounded queue between two threads: buffers and events come out in the order in which they came in.</summary>
/// <remarks>
/// The reader is a task of its own, by default on a thread of its own. It sleeps while the queue is empty, and the first buffer wakes it
/// without delay. One step of the feeding element may exceed the limits. A full queue accepts more when half of it has been taken out.
/// </remarks>
public sealed class BufferQueue : Element
{
    private const int Burst = 64;

    private readonly HandOverQueue<object> _items = new();
    private readonly QueueLimits _limits;
    private readonly bool _hasDurationLimit;
    private readonly RoomGate? _gate;
    private readonly OutputPad _output;
    private readonly StepTask _reader;
    private long _newest = long.MinValue;
    private long _oldest = long.MinValue;
    private long _dropped;

    /// <summary>Makes a queue.</summary>
    /// <param name="name">The element's name.</param>
    /// <param name="limits">The limits; null for <see cref="QueueLimits.Default"/>.</param>
    /// <param name="policy">The reaction of a full queue.</param>
    /// <param name="placement">The placement of the reader's task.</param>
    public BufferQueue(
        string name,
        QueueLimits? limits = null,
        QueuePolicy policy = QueuePolicy.Wait,
        StepPlacement placement = StepPlacement.OwnThread)
        : base(name)
    {
        _limits = limits ?? QueueLimits.Default;
        ArgumentOutOfRangeException.ThrowIfLessThan(_limits.Buffers, 1, nameof(limits));
        _hasDurationLimit = !_limits.Duration.IsNone;
        _gate = policy == QueuePolicy.Wait ? new RoomGate() : null;
        AddInput(gate: _gate);
        _output = AddOutput();
        _reader = AddTask(Drain, placement);
    }

    /// <summary>The number of buffers and events in the queue now.</summary>
    public int Count => _items.Count;

    /// <summary>The number of buffers dropped because the queue was full.</summary>
    public long Dropped => Volatile.Read(ref _dropped);

    /// <inheritdoc/>
    public override ElementLatency Latency => new(ClockTime.Zero, _limits.Duration, false);

    /// <summary>The time from the oldest to the newest decoding time in the queue; None if there is no such limit.</summary>
    private ClockTime Held => _hasDurationLimit
        ? ClockTime.FromNanoseconds(Volatile.Read(ref _newest)) - ClockTime.FromNanoseconds(Volatile.Read(ref _oldest))
        : ClockTime.None;

    /// <summary>Only for the feeding thread.</summary>
    private bool IsFull => _items.HoldsAtLeast(_limits.Buffers) || Held >= _limits.Duration;

    private bool IsHalfEmpty => _items.Count <= _limits.Buffers / 2 && !(Held * 2 > _limits.Duration);

    /// <inheritdoc/>
    protected internal override void OnBuffer(InputPad input, MediaBuffer buffer)
    {
        if (_gate is null && IsFull)
        {
            _dropped++;
            Pipeline.Telemetry.Dropped(this);
            buffer.Release();
            return;
        }

        if (_hasDurationLimit && buffer.DecodeOrder is { IsNone: false } time)
        {
            if (_oldest == long.MinValue)
            {
                // The first buffer: the reader has taken nothing yet and does not use this field.
                Volatile.Write(ref _oldest, time.Nanoseconds);
            }

            Volatile.Write(ref _newest, time.Nanoseconds);
        }

        Add(buffer);
    }

    /// <inheritdoc/>
    protected internal override void OnEvent(InputPad input, MediaEvent mediaEvent) => Add(mediaEvent);

    /// <inheritdoc/>
    protected internal override void Start() => Pipeline.Telemetry.Watch(this);

    /// <inheritdoc/>
    protected internal override void Stop()
    {
        Pipeline.Telemetry.Forget(this);
        while (_items.TryDequeue(out object? item))
        {
            (item as MediaBuffer)?.Release();
        }
    }

    private void Add(object item)
    {
        _items.Enqueue(item);
        if (_gate is not null && IsFull)
        {
            _gate.Close();
            if (IsHalfEmpty)
            {
                _gate.Open();
            }
        }

        _reader.Wake();
    }

    private StepResult Drain()
    {
        int left = Burst;
        do
        {
            if (!_items.TryDequeue(out object? item))
            {
                OpenGate();
                return StepResult.Idle;
            }

            if (item is MediaBuffer buffer)
            {
                if (_hasDurationLimit && buffer.DecodeOrder is { IsNone: false } time)
                {
                    Volatile.Write(ref _oldest, time.Nanoseconds);
                }

                _output.Push(buffer);
            }
            else
            {
                _output.Push((MediaEvent)item);
            }
        }
        while (--left > 0 && _reader.HasRoom);

        OpenGate();
        return StepResult.Again;
    }

    private void OpenGate()
    {
        if (_gate is null)
        {
            return;
        }

        // Either this method sees the closed gate, or the feeder, which looks again after closing it, sees the removal. The gate stays
        // closed until half is taken: putting a feeder to sleep and waking it for every few buffers costs more than the buffers.
        Interlocked.MemoryBarrier();
        if (!_gate.IsOpen && IsHalfEmpty)
        {
            _gate.Open();
        }
    }
}
