using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.Elements.Flow;

/// <summary>A bounded queue: what comes in on one thread goes out on another, in order, events in their place among the buffers.</summary>
/// <remarks>
/// The reader runs as a task of its own, by default on a thread of its own, and sleeps while the queue is empty; it is woken by the
/// first buffer, without delay. One step of whoever feeds the queue may overshoot its limits; one that is full takes more once half of it
/// is out.
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

    /// <summary>A queue.</summary>
    /// <param name="name">The element's name.</param>
    /// <param name="limits">How much it holds; <see cref="QueueLimits.Default"/> where null.</param>
    /// <param name="policy">What it does when full.</param>
    /// <param name="placement">Where its reader runs.</param>
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

    /// <summary>Buffers and events held now.</summary>
    public int Count => _items.Count;

    /// <summary>Buffers dropped because the queue was full.</summary>
    public long Dropped => Volatile.Read(ref _dropped);

    /// <inheritdoc/>
    public override ElementLatency Latency => new(ClockTime.Zero, _limits.Duration, false);

    /// <summary>The stretch of decoding times that is held; None if it does not matter.</summary>
    private ClockTime Held => _hasDurationLimit
        ? ClockTime.FromNanoseconds(Volatile.Read(ref _newest)) - ClockTime.FromNanoseconds(Volatile.Read(ref _oldest))
        : ClockTime.None;

    /// <summary>On the feeding thread.</summary>
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
                // The first one: the reader has taken nothing yet and does not touch this.
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

        // Either this sees the gate closed, or the feeder, which looks again after closing it, sees what was taken out. It stays closed
        // until half is taken: a feeder that is slept and woken for every few buffers costs more than the buffers.
        Interlocked.MemoryBarrier();
        if (!_gate.IsOpen && IsHalfEmpty)
        {
            _gate.Open();
        }
    }
}
