using RetroVue.Media.Clocks;
using RetroVue.Media.Devices.Interop.PipeWire;
using RetroVue.Media.Devices.Timing;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.Devices.PipeWire;

/// <summary>Records a PipeWire node: the common part of the sources of sound and of pictures.</summary>
/// <remarks>
/// Opening connects to the daemon and waits until a format is agreed on. Then the source's own thread waits for buffers, which come through
/// a ring from C code on PipeWire's real-time thread. Buffers are passed on without a copy while enough of them are left for the node; they
/// stay readable until they are released, even if the daemon ends. A source inside the daemon (a camera, a test source) fills its buffers
/// in turn without waiting for them: if the pipeline holds pictures for longer than there are buffers, their bytes are overwritten once
/// (<see cref="OverwrittenBuffers"/>), and from then on all buffers are copied. If the daemon or the node disappears, the pipeline fails
/// with a <see cref="DeviceException"/>, unless <see cref="PipeWireOptions.Reconnect"/> is set. While no buffer comes (a screen that does
/// not change, an idle or lost node), <see cref="Gap"/>s say so, half a second and one buffer late. Nothing is allocated per buffer.
/// </remarks>
public abstract unsafe class PipeWireSource : Element, ILiveSource
{
    // Short while it opens, so that its time limit is kept.
    private const int LongestWait = 100;

    // Everything that a running source waits for ends the wait, except that no buffer comes, as from a screen that does not change.
    private const int SilenceMilliseconds = 250;

    private static readonly ClockTime s_retryInterval = ClockTime.FromMilliseconds(500);
    private static readonly ClockTime s_retryLimit = ClockTime.FromSeconds(1);

    private readonly CancellationTokenSource _stopped = new();
    private readonly PipeWireSourceOptions _options;
    private readonly Lock _lock = new();
    private PipeWireStream? _stream;
    private rv_pw_state _state;
    private uint _formatSerial;
    private bool _isInterrupted;
    private volatile bool _isEnding;
    private bool _isDiscontinuous;

    private protected PipeWireSource(string name, PipeWireSourceOptions options)
        : base(name)
    {
        if (options.Buffers is < 4 or > 16 || !(options.OpenLimit > ClockTime.Zero))
        {
            throw new ArgumentException(
                $"A stream needs 4 to 16 buffers and a positive time to open; not {options.Buffers} and {options.OpenLimit}.",
                nameof(options));
        }

        _options = options;
        Stamps = new CaptureStamps(this);
        Output = AddOutput();
        AddTask(Step, StepPlacement.OwnThread);
    }

    /// <inheritdoc/>
    public CaptureStatistics Statistics => Stamps.Statistics;

    /// <summary>
    /// The number of buffers whose bytes were copied, because the pipeline held so many that too few were left, or because their memory
    /// could not be kept. Sound that PipeWire converts in this process is always copied: PipeWire may free its memory at any time.
    /// </summary>
    public long CopiedBuffers { get; private set; }

    /// <summary>
    /// The number of buffers whose bytes the source has overwritten while the pipeline held them. If this can happen, clone buffers that
    /// you keep for long, or request more <see cref="PipeWireSourceOptions.Buffers"/>.
    /// </summary>
    public long OverwrittenBuffers { get; private set; }

    /// <summary>For tests: called with each record and the buffer made from it.</summary>
    internal Action<rv_pw_record, MediaBuffer>? Taken { get; set; }

    /// <summary>For tests: the bridge's counters.</summary>
    internal rv_pw_counters Counters => _stream?.Counters ?? default;

    private protected CaptureStamps Stamps { get; }

    private protected OutputPad Output { get; }

    private IClock SystemTime => Pipeline.Executor.Waiter.SystemClock;

    /// <inheritdoc/>
    protected override void Prepare()
    {
        if (_options.Shared is { } shared)
        {
            _ = shared.Session.Ended.ContinueWith(
                _ => WakeUp(), _stopped.Token, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }

        Replace(Open(_options));
        ClockTime until = SystemTime.Now + _options.OpenLimit;
        while (_formatSerial == 0)
        {
            ClockTime left = until - SystemTime.Now;
            if (!(left > ClockTime.Zero))
            {
                throw PipeWireErrors.TimedOut(_options, NameOf(_state));
            }

            _stream!.Wait(Math.Min(LongestWait, PipeWireClient.Milliseconds(left)));
            TakeEvents();
        }
    }

    /// <inheritdoc/>
    protected override void Interrupt()
    {
        lock (_lock)
        {
            _isInterrupted = true;
            _stream?.Interrupt();
        }
    }

    /// <inheritdoc/>
    protected override void EndStream()
    {
        _isEnding = true;
        WakeUp();
    }

    /// <inheritdoc/>
    protected override void Stop()
    {
        _stopped.Cancel();
        Replace(null);
        OnLost();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Replace(null);
        }

        base.Dispose(disposing);
    }

    /// <inheritdoc/>
    protected override void OnBuffer(InputPad input, MediaBuffer buffer) => throw new NotSupportedException("A source has no input.");

    /// <summary>Returns the requested parameters of the stream; texts and common values are filled in later.</summary>
    private protected abstract rv_pw_stream_params Wishes();

    /// <summary>Sets the format that was agreed on.</summary>
    private protected abstract MediaFormat TakeOn(in rv_pw_format_info format);

    /// <summary>Processes a record; lends its slot to a buffer or recycles it.</summary>
    private protected abstract void Take(rv_pw_record* record);

    /// <summary>Called when the connection has ended; knowledge about the device's time ends with it.</summary>
    private protected virtual void OnLost()
    {
    }

    /// <summary>Makes a buffer with a record's memory.</summary>
    private protected MediaBuffer Lend(rv_pw_record* record, ReadOnlySpan<rv_pw_plane> planes)
    {
        MediaBuffer buffer = MediaBuffer.Create(_stream!.Lend(record->slot, planes));
        buffer.Flags = BufferFlags.KeyFrame;
        if ((record->flags & (uint)rv_pw_record_flags.RV_PW_RECORD_CORRUPTED) != 0)
        {
            buffer.Flags |= BufferFlags.Corrupt;
        }

        OverwrittenBuffers += (record->flags & (uint)rv_pw_record_flags.RV_PW_RECORD_OVERWROTE) != 0 ? 1 : 0;
        CopiedBuffers += (record->flags & (uint)rv_pw_record_flags.RV_PW_RECORD_COPIED) != 0 ? 1 : 0;
        return buffer;
    }

    /// <summary>Returns a record's slot unused.</summary>
    private protected void Recycle(rv_pw_record* record) => _stream!.Recycle(record->slot);

    /// <summary>Sets a buffer's time and pushes it, unless it was captured before the start.</summary>
    private protected void Push(rv_pw_record* record, MediaBuffer buffer, CaptureTime captured)
    {
        buffer.Flags |= captured.IsEstimated ? BufferFlags.EstimatedTime : BufferFlags.None;
        buffer.Flags |= _isDiscontinuous ? BufferFlags.Discontinuity : BufferFlags.None;
        if (!Stamps.TryStamp(buffer, captured.At, captured.Uncertainty))
        {
            buffer.Release();
            // Losses before the first pushed buffer do not count.
            _isDiscontinuous = false;
            return;
        }

        _isDiscontinuous = false;
        Taken?.Invoke(*record, buffer);
        Output.Push(buffer);
    }

    /// <summary>Notes that the next buffer does not continue the last one.</summary>
    private protected void Break(long lost)
    {
        _isDiscontinuous = true;
        // The first buffers are lost while the graph starts, before any buffer was pushed.
        if (lost > 0 && Stamps.Statistics.Buffers > 0)
        {
            Stamps.CountLost(lost);
        }
    }

    private StepResult Step()
    {
        if (_isInterrupted)
        {
            return StepResult.Idle;
        }

        if (_isEnding)
        {
            Output.Push(EndOfStream.Instance);
            return StepResult.Finished;
        }

        try
        {
            _options.Shared?.Session.ThrowIfEnded();
            if (_stream is null)
            {
                if (TryReopen())
                {
                    return StepResult.Again;
                }

                Stamps.TellSilence(Output);
                return StepResult.At(SystemTime, SystemTime.Now + s_retryInterval);
            }

            if (_stream.TryTake(out rv_pw_record* record))
            {
                TakeInOrder(record);
            }
            else
            {
                TakeEvents();
                _stream.Wait(SilenceMilliseconds);
                Stamps.TellSilence(Output);
            }
        }
        catch (DeviceException exception) when (_options.Reconnect == true)
        {
            Replace(null);
            OnLost();
            Break(0);
            Pipeline.Report("device-lost", Name, exception.Message);
        }

        return StepResult.Again;
    }

    private void WakeUp()
    {
        lock (_lock)
        {
            _stream?.Interrupt();
        }
    }

    private PipeWireStream Open(PipeWireSourceOptions options)
    {
        (_formatSerial, _state) = (0, rv_pw_state.RV_PW_STATE_UNCONNECTED);
        rv_pw_stream_params wishes = Wishes();
        wishes.buffers = options.Buffers;
        return PipeWireStream.Open(options, Name, wishes);
    }

    private bool TryReopen()
    {
        try
        {
            // So that stopping need not wait long until an attempt has failed.
            Replace(Open(_options with { OpenLimit = ClockTime.Min(_options.OpenLimit, s_retryLimit) }));
            Pipeline.Report("device-found", Name, "The PipeWire daemon and the node are there again.");
            return true;
        }
        catch (DeviceException)
        {
            return false;
        }
    }

    private void Replace(PipeWireStream? stream)
    {
        PipeWireStream? old;
        lock (_lock)
        {
            (old, _stream) = (_stream, stream);
        }

        old?.Dispose();
    }

    /// <summary>Processes a record after the event with its format, which comes through another channel.</summary>
    private void TakeInOrder(rv_pw_record* record)
    {
        if (record->format_serial > _formatSerial)
        {
            while (record->format_serial > _formatSerial && _stream!.TryTakeEvent(out rv_pw_event taken))
            {
                OnEvent(taken);
            }
        }

        if (record->format_serial == _formatSerial)
        {
            Take(record);
        }
        else
        {
            Recycle(record);
            Break(1);
        }
    }

    private void TakeEvents()
    {
        while (_stream!.TryTakeEvent(out rv_pw_event taken))
        {
            OnEvent(taken);
        }
    }

    private void OnEvent(in rv_pw_event taken)
    {
        switch ((rv_pw_event_kind)taken.kind)
        {
            case rv_pw_event_kind.RV_PW_EVENT_FORMAT:
                MediaFormat format = TakeOn(taken.format);
                bool isFirst = _formatSerial == 0 && Output.Format is null;
                _formatSerial = taken.format_serial;
                _isDiscontinuous = !isFirst;
                Output.Push(new FormatChanged(format));
                if (isFirst)
                {
                    Output.Push(Segment.Default);
                }

                break;
            case rv_pw_event_kind.RV_PW_EVENT_STATE when taken.code >= 0:
                _state = (rv_pw_state)taken.code;
                break;
            default:
                break;
        }

        PipeWireErrors.ThrowIfOver(taken, _options);
    }

    private static string NameOf(rv_pw_state state) => state switch
    {
        rv_pw_state.RV_PW_STATE_CONNECTING => "connecting",
        rv_pw_state.RV_PW_STATE_PAUSED => "paused",
        rv_pw_state.RV_PW_STATE_STREAMING => "streaming",
        _ => "not connected",
    };
}
