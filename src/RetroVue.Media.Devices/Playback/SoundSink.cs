using RetroVue.Media.Clocks;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.Devices.Playback;

/// <summary>
/// Plays sound: each sample is heard at its running time plus the pipeline's latency, by the pipeline's clock, independent of the device's
/// delay. The common part of the sinks for ALSA and PipeWire.
/// </summary>
/// <remarks>
/// <para>Offers the device's clock for election. Accepts only the format for which it was made. Allocates nothing per buffer.</para>
/// <para>If the device disappears during playback, the pipeline goes on, unless the option Reconnect forbids it. The device's clock is
/// lost, so another one is elected, or, if there is none, the pipeline's clock goes on at the last rate. Sound that is due is dropped at
/// its normal pace. Every half second the sink tries to open the device again, and then plays the sound that is due.</para>
/// </remarks>
public abstract class SoundSink : Element, IClockProvider
{
    private static readonly ClockTime s_reopenInterval = ClockTime.FromMilliseconds(500);

    private readonly Lock _lock = new();
    private readonly InputPad _input;
    private readonly bool _mayReconnect;
    private PlaybackStatistics _statistics = new(0, 0, 0, 0, 0, ClockTime.None, double.NaN);
    private ClockTime _reopenAt;
    private bool _isLost;
    private bool _hasToldClock;

    /// <param name="name">The element's name.</param>
    /// <param name="format">The accepted format.</param>
    /// <param name="buffer">How much sound is written ahead to the device; the queue holds the same amount.</param>
    /// <param name="mayReconnect">True to wait for a device that disappears.</param>
    private protected SoundSink(string name, AudioFormat format, ClockTime buffer, bool mayReconnect)
        : base(name)
    {
        Format = format;
        Buffer = buffer;
        Queue = new SoundQueue(format, buffer);
        _mayReconnect = mayReconnect;
        _input = AddInput(gate: Queue.Gate);
        Task = AddTask(Step, StepPlacement.OwnThread);
    }

    /// <inheritdoc/>
    public event EventHandler<ClockChangedEventArgs>? ClockChanged;

    /// <summary>How far from its time sound may be heard before frames are inserted or dropped: 20 ms.</summary>
    public static ClockTime Tolerance => ClockTime.FromMilliseconds(20);

    /// <inheritdoc/>
    public int ClockPriority => ClockPriorities.Hardware;

    /// <summary>The statistics so far; any thread.</summary>
    public PlaybackStatistics Statistics
    {
        get
        {
            lock (_lock)
            {
                return _statistics with { Drift = Drift };
            }
        }
    }

    /// <summary>
    /// Half of the sound written ahead: a writer may be that late. The device's buffer and the queue together hold twice that buffer.
    /// </summary>
    public override ElementLatency Latency => new(Buffer / 2, Buffer * 2, false);

    private protected AudioFormat Format { get; }

    private protected ClockTime Buffer { get; }

    private protected SoundQueue Queue { get; }

    private protected StepTask Task { get; }

    private protected IClock SystemTime => Pipeline.Executor.Waiter.SystemClock;

    /// <summary>The duration of a frame.</summary>
    private protected Rational Unit => new(1, Format.SampleRate);

    /// <summary>How much faster than the system clock the device is, in parts per million; NaN while not known. Any thread.</summary>
    private protected abstract double Drift { get; }

    /// <summary>True from the opening of the device until it is closed.</summary>
    private protected abstract bool IsOpen { get; }

    /// <inheritdoc/>
    public abstract IClock? ProvideClock();

    /// <inheritdoc/>
    protected override bool Accepts(InputPad input, MediaFormat format) => format == Format;

    /// <inheritdoc/>
    protected override MediaFormat? Preferred(InputPad input) => Format;

    /// <inheritdoc/>
    protected override void OnBuffer(InputPad input, MediaBuffer buffer)
    {
        if (!input.Segment.Overlaps(buffer.Pts, buffer.Duration))
        {
            buffer.Release();
            return;
        }

        Queue.Add(buffer);
        OnQueueChanged();
    }

    /// <inheritdoc/>
    protected override void OnEvent(InputPad input, MediaEvent mediaEvent)
    {
        // Gaps are visible in the PTS of the next buffer.
        if (mediaEvent is EndOfStream)
        {
            Queue.End();
            OnQueueChanged();
        }
    }

    /// <inheritdoc/>
    protected override void Stop()
    {
        Queue.Clear();
        Close();
    }

    /// <summary>Opens the device; must not wait long.</summary>
    /// <exception cref="DeviceException">The device is missing, or cannot be used.</exception>
    private protected abstract void Open();

    /// <summary>Closes the device, and reports that its clock is lost if it had one; does no harm if no device is open.</summary>
    private protected abstract void Close();

    /// <summary>Does a step with the open device.</summary>
    /// <exception cref="DeviceException">The device is gone, or cannot be used.</exception>
    private protected abstract StepResult Play();

    /// <summary>Called when sound, or its end, has arrived.</summary>
    private protected virtual void OnQueueChanged() => Task.Wake();

    /// <summary>Notes that the device has a clock: it plays.</summary>
    private protected void OnClockGained()
    {
        if (_isLost)
        {
            _isLost = false;
            Pipeline.Report("device-found", Name, "The sound device is available again.");
        }

        _hasToldClock = true;
        ClockChanged?.Invoke(this, new ClockChangedEventArgs(ClockChange.Gained));
    }

    /// <summary>Notes that the device's clock, if there was one, is lost.</summary>
    private protected void OnClockLost()
    {
        if (_hasToldClock)
        {
            _hasToldClock = false;
            ClockChanged?.Invoke(this, new ClockChangedEventArgs(ClockChange.Lost));
        }
    }

    private protected StepResult Finish()
    {
        ReportEnd();
        return StepResult.Finished;
    }

    /// <summary>Returns the system time at which the current buffer's next frame should be heard; None for a buffer without PTS.</summary>
    private protected ClockTime DueOfCurrent()
    {
        ClockTime running = _input.ToRunningTime(Queue.Current!.Pts) + Format.DurationOf(Queue.Position);
        ClockReading now = Pipeline.Clock.Read();
        return now.SystemTime + (Pipeline.BaseTime + running + Pipeline.Latency - now.Time);
    }

    /// <summary>Drops frames of the current buffer; false if it has no more.</summary>
    private protected bool Skip(long frames)
    {
        int skipped = (int)Math.Min(frames, Queue.Left);
        Count(dropped: skipped);
        Queue.Advance(skipped);
        return Queue.Current is not null;
    }

    /// <summary>Drops sound that is due while there is no device, so that the feeding task keeps its pace.</summary>
    /// <returns>When more is due; None if nothing waits.</returns>
    private protected ClockTime LetPass()
    {
        while (Queue.TryTake())
        {
            ClockTime due = DueOfCurrent();
            if (due > SystemTime.Now)
            {
                return due;
            }

            Skip(Queue.Left);
        }

        return ClockTime.None;
    }

    private protected void Count(long played = 0, long silence = 0, long dropped = 0, long starved = 0, long interruptions = 0)
    {
        if (dropped > 0)
        {
            DeviceTelemetry.Dropped(this, dropped);
        }

        if (interruptions > 0)
        {
            DeviceTelemetry.Interrupted(this, interruptions);
        }

        lock (_lock)
        {
            _statistics = _statistics with
            {
                Played = _statistics.Played + played,
                Silence = _statistics.Silence + silence,
                Dropped = _statistics.Dropped + dropped,
                Starved = _statistics.Starved + starved,
                Interruptions = _statistics.Interruptions + interruptions,
            };
        }
    }

    /// <summary>
    /// Computes and notes how much too late the current buffer's next frame would be heard at a system time; None if not known.
    /// </summary>
    private protected ClockTime MeasureError(ClockTime heard)
    {
        ClockTime error = heard - DueOfCurrent();
        if (!error.IsNone)
        {
            lock (_lock)
            {
                _statistics = _statistics with { Error = error };
            }
        }

        return error;
    }

    private StepResult Step()
    {
        try
        {
            return IsOpen ? Play() : Reopen();
        }
        catch (DeviceException exception) when (_mayReconnect)
        {
            Close();
            if (!_isLost)
            {
                Pipeline.Report("device-lost", Name, exception.Message);
                Count(interruptions: 1);
            }

            _isLost = true;
            _reopenAt = SystemTime.Now + s_reopenInterval;
            return StepResult.Again;
        }
    }

    private StepResult Reopen()
    {
        if (SystemTime.Now >= _reopenAt)
        {
            Open();
            return StepResult.Again;
        }

        ClockTime due = LetPass();
        return Queue.HasEnded && due.IsNone
            ? Finish()
            : StepResult.At(SystemTime, due.IsNone ? _reopenAt : ClockTime.Min(due, _reopenAt));
    }
}
