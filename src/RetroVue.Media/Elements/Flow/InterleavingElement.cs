using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.Elements.Flow;

/// <summary>
/// The base of muxers: it stores the buffers of its inputs and takes them in the order of decoding times, not of arrival. So the same
/// streams give the same bytes, no matter which threads deliver them.
/// </summary>
/// <remarks>
/// <para>
/// The element waits for an input until it has a buffer, a <see cref="Gap"/> that covers the time (only after its format), or its end. Each
/// input is bounded. But if the element waits for one input while another is full, the feeder of both goes on: a file whose streams are
/// stored far apart must not block. Times are compared in running time.
/// </para>
/// <para>
/// If the times of a stream in a file go back by more than 100 ms and stay there, as in a recording that was restarted, the stream
/// continues after its earlier media. The other streams are shifted by the same amount if their times go back too, so that they stay in
/// sync. The pipeline's event "went-back" names the first stream, and <see cref="WentBack"/> counts. A single buffer that goes back shifts
/// nothing.
/// </para>
/// <para>
/// A live source cannot wait: media that is not read in time is lost. So live inputs wait for a silent input only for
/// <see cref="SilenceLimit"/>. An input that delivers from time to time, such as an encoder that looks ahead, is late but not silent: the
/// live inputs wait for it as long as they have room, 64 MiB or 90 s of media each. They wait as long for an input that has not announced
/// its format. If it has none by then, it is left out for good: the pipeline's event "left-out" names it, and <see cref="LeftOutBuffers"/>
/// counts its later buffers.
/// </para>
/// </remarks>
public abstract class InterleavingElement : Element
{
    /// <summary>
    /// The number of buffers without a presentation time that may come from damage, even if the input has had few others yet.
    /// </summary>
    private const int MostUntimed = 100;

    private readonly List<InterleavedStream> _streams = [];
    private readonly StreamWaiting _waiting;
    private readonly LineShifts _shifts = new();
    private readonly StepTask _task;
    private bool _hasTaken;
    private bool _hasEnded;
    private bool _hasFailed;
    private bool _isBackReported;
    private long _leftOut;
    private long _untimed;

    /// <summary>Makes a muxer without inputs.</summary>
    /// <param name="name">The element's name.</param>
    /// <param name="placement">The placement of its task.</param>
    protected InterleavingElement(string name, StepPlacement placement = StepPlacement.Shared)
        : base(name)
    {
        _waiting = new StreamWaiting(_streams);
        _task = AddTask(TakeNext, placement);
    }

    /// <summary>
    /// True for muxers that need presentation times. A buffer without one, as after a damaged header, is dropped and counted
    /// (<see cref="UntimedBuffers"/>). An input with more buffers without times than with times, and over 100 of them or at its end, is
    /// refused.
    /// </summary>
    protected virtual bool NeedsTimes => false;

    /// <summary>The number of items that an input without a live source stores before its feeder waits.</summary>
    protected virtual int StreamCapacity => 64;

    /// <summary>
    /// How long live inputs wait for a silent one, in media time; then they are written without it, about that late. If the silent input
    /// delivers again, its buffers are taken at once, however late. By default three seconds; set it before the pipeline starts.
    /// </summary>
    /// <exception cref="ArgumentException">The value is not positive.</exception>
    public ClockTime SilenceLimit
    {
        get;
        set => field = value > ClockTime.Zero ? value : throw new ArgumentException($"A limit must be positive, not {value}.", nameof(value));
    }
    = ClockTime.FromSeconds(3);

    /// <summary>The number of buffers released unused because their input had no format in time; any thread.</summary>
    public long LeftOutBuffers => Volatile.Read(ref _leftOut);

    /// <summary>
    /// The number of buffers released unused because they had no presentation time; the first is reported ("untimed"). Any thread.
    /// </summary>
    public long UntimedBuffers => Volatile.Read(ref _untimed);

    /// <summary>The number of times that the times of an input went back and stayed there; any thread.</summary>
    public int WentBack => _shifts.Count - 1;

    /// <summary>Adds an input that stores its buffers.</summary>
    protected InputPad AddStreamInput(string name)
    {
        var gate = new RoomGate();
        InputPad pad = AddInput(name, gate);
        _streams.Add(new InterleavedStream(pad, gate, StreamCapacity));
        return pad;
    }

    /// <summary>Takes the next buffer in the order of decoding times; the implementation owns its reference.</summary>
    protected abstract void TakeBuffer(InputPad input, MediaBuffer buffer);

    /// <summary>Takes an event that precedes the next buffer of its input.</summary>
    protected abstract void TakeEvent(InputPad input, MediaEvent mediaEvent);

    /// <summary>Called once when every input has ended.</summary>
    protected abstract void TakeEnd();

    /// <summary>Makes the exception for a refused input.</summary>
    /// <param name="reason">The reason, and the remedy.</param>
    protected virtual Exception Refusal(string reason) => new InvalidOperationException(reason);

    /// <inheritdoc/>
    protected internal sealed override void OnBuffer(InputPad input, MediaBuffer buffer) => Store(input, buffer);

    /// <inheritdoc/>
    protected internal sealed override void OnEvent(InputPad input, MediaEvent mediaEvent) => Store(input, mediaEvent);

    /// <inheritdoc/>
    protected internal override void Start()
    {
        foreach (InterleavedStream stream in _streams)
        {
            stream.IsLive = stream.Pad.Peer is { } peer && IsFedLive(peer.Element);
        }
    }

    /// <summary>Takes the stored buffers, and then the end: a run that is stopped contains all captured media as far as possible.</summary>
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
            _streams.ForEach(stream => stream.Clear());
        }
    }

    private void Store(InputPad input, object item)
    {
        foreach (InterleavedStream stream in _streams)
        {
            if (ReferenceEquals(stream.Pad, input))
            {
                stream.Add(item);
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
        InterleavedStream? earliest = FindEarliest(isStopping: false, out bool mustWait);
        if (mustWait || (earliest is not null && earliest.Peek() is null))
        {
            _waiting.Show(earliest, _streams.Exists(stream => !stream.Gate.IsOpen));
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

    /// <summary>
    /// Takes the events that precede buffers, and finds the input whose next buffer, or gap's end, is earliest. When no more comes, only
    /// among inputs that have buffers.
    /// </summary>
    private InterleavedStream? FindEarliest(bool isStopping, out bool mustWait)
    {
        InterleavedStream? earliest = null;
        mustWait = false;
        foreach (InterleavedStream stream in _streams)
        {
            TakeEventsOf(stream);
            bool isEmpty = stream.Peek() is null;
            if (!isEmpty)
            {
                stream.SilentSince = ClockTime.None;
            }

            if (stream.HasEnded || stream.IsLeftOut || (isEmpty && (isStopping || IsGivenUp(stream))))
            {
                continue;
            }

            if (stream.FollowLine(_shifts, isStopping))
            {
                ReportLine(stream);
                TakeEvent(stream.Pad, stream.Segment);
            }

            // A stream with a gap is at the gap's end: nothing earlier has to wait for it.
            mustWait |= stream.IsUnsure || (isEmpty && stream.CoveredUntil.IsNone);
            if (earliest is null || stream.Position < earliest.Position)
            {
                earliest = stream;
            }
        }

        return earliest;
    }

    /// <summary>True if live inputs have waited for an empty one as long as they may; one without a format is then left out.</summary>
    private bool IsGivenUp(InterleavedStream awaited)
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
                $"'{awaited.Pad}' announced no format in time, so the others go on without it. Start the recording when its source has a signal.");
        }

        return true;
    }

    private void ReportLine(InterleavedStream stream)
    {
        if (!_isBackReported)
        {
            _isBackReported = true;
            Pipeline.Report(
                "went-back", Name, $"The times of '{stream.Pad}' went back and stay there; the stream continues after its earlier media, shifted by {_shifts[stream.Line]}.");
        }
    }

    private static bool IsFedLive(Element element) =>
        element.Latency.IsLive || element.Inputs.Any(input => input.Peer is { } peer && IsFedLive(peer.Element));

    private bool TakeEarliest(InterleavedStream? earliest)
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

    private void LeaveOutUntimed(InterleavedStream stream)
    {
        Volatile.Write(ref _untimed, _untimed + 1);
        if (++stream.Untimed > MostUntimed)
        {
            ThrowIfMostlyUntimed(stream);
        }

        if (_untimed == 1)
        {
            Pipeline.Report("untimed", Name, $"'{stream.Pad}' has a packet without a presentation time, which cannot be derived; this packet and all others like it are dropped.");
        }
    }

    private void ThrowIfMostlyUntimed(InterleavedStream stream)
    {
        if (stream.Untimed > stream.Timed)
        {
            throw Refusal($"'{stream.Pad}' has no presentation times in most of its packets. Decode and encode that stream again.");
        }
    }

    /// <summary>Takes the events before the next buffer; for an input that is left out, also drops the buffers.</summary>
    private void TakeEventsOf(InterleavedStream stream)
    {
        while (stream.Peek() is { } item)
        {
            if (item is MediaEvent mediaEvent)
            {
                stream.Take();
                stream.SilentSince = ClockTime.None;
                TakeEventOf(stream, mediaEvent);
            }
            else if (stream.IsLeftOut)
            {
                stream.Take();
                ((MediaBuffer)item).Release();
                Volatile.Write(ref _leftOut, _leftOut + 1);
            }
            else
            {
                return;
            }
        }
    }

    private void TakeEventOf(InterleavedStream stream, MediaEvent mediaEvent)
    {
        switch (mediaEvent)
        {
            case Segment segment:
                stream.Announce(segment, _shifts);
                mediaEvent = stream.Segment;
                break;
            case Gap gap when stream.HasFormat:
                stream.CoveredUntil = stream.Segment.ToRunningTime(gap.Pts + gap.Duration);
                break;
            case FormatChanged:
                stream.HasFormat = true;
                break;
            case EndOfStream:
                stream.HasEnded = true;
                ThrowIfMostlyUntimed(stream);
                return;
        }

        if (!stream.IsLeftOut)
        {
            TakeEvent(stream.Pad, mediaEvent);
        }
    }
}
