using System.Globalization;
using RetroVue.Media.Clocks;
using RetroVue.Media.Devices.Interop.PipeWire;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.Devices.PipeWire;

/// <summary>Records sound from a PipeWire node, or from the monitor of a sink, and offers the graph's clock.</summary>
/// <remarks>
/// In PipeWire, sound usually has no header. Then the PTS, of the buffer's first sample, is the running time of the graph's cycle less the
/// delay from the device. If there is a header, its time is used. Samples missing between cycles are counted as lost, and marked. A sink
/// that drives the graph passes its monitor's sound to the next cycle, and PipeWire does not say so: such a PTS is late by one cycle. See
/// <see cref="PipeWireSource"/>.
/// </remarks>
public sealed unsafe class PipeWireAudioSource : PipeWireSource, IClockProvider
{
    private const int UsualCycle = 1024;

    private readonly PipeWireAudioSourceOptions _options;
    private readonly int _cycle;
    private AudioFormat _format;
    private PipeWireTimes _times;
    private PipeWireClock? _clock;
    private HeaderSequence _header;
    private GraphCycles _cycles;
    private long _position;
    private long _sequence;

    /// <summary>Makes a source.</summary>
    /// <param name="name">The element's name, which is also the name of its node in PipeWire's graph.</param>
    /// <param name="options">The options; null for the session manager's choice, stereo F32 at 48 kHz.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public PipeWireAudioSource(string name, PipeWireAudioSourceOptions? options = null)
        : base(name, options ??= new PipeWireAudioSourceOptions())
    {
        if (options.SampleRate is < 1000 or > 768_000 || options.Layout.Channels is < 1 or > 64 || options.SamplesPerBuffer < 0)
        {
            throw new ArgumentException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"Sound needs 1 to 64 channels with 1 to 768 kHz, not {options.Layout.Channels} with {options.SampleRate} Hz."),
                nameof(options));
        }

        if (!PipeWireFormats.ToNative(options.SampleFormats).Any())
        {
            throw new ArgumentException("PipeWire supports F32, S16 and S32; the formats contain none of them.", nameof(options));
        }

        _options = options;
        _cycle = options.SamplesPerBuffer > 0 ? options.SamplesPerBuffer : UsualCycle;
        _format = new AudioFormat(SampleFormat.F32, options.SampleRate, options.Layout);
        _times = new PipeWireTimes(new Rational(1, options.SampleRate));
    }

    /// <inheritdoc/>
    public event EventHandler<ClockChangedEventArgs>? ClockChanged;

    /// <inheritdoc/>
    public int ClockPriority => ClockPriorities.Hardware;

    /// <summary>One cycle of the graph: its first sample waits for its last.</summary>
    public override ElementLatency Latency => new(_format.DurationOf(_cycle), ClockTime.None, true);

    /// <summary>Returns the graph's clock, from its first cycle on; null before that, and if the node drives itself.</summary>
    public IClock? ProvideClock() => Volatile.Read(ref _clock);

    private protected override rv_pw_stream_params Wishes()
    {
        var wishes = new rv_pw_stream_params
        {
            direction = (int)rv_pw_direction.RV_PW_CAPTURE,
            media = (int)rv_pw_media.RV_PW_AUDIO,
            sample_rate = _options.SampleRate,
            channels = _options.Layout.Channels,
            quantum = _options.SamplesPerBuffer,
        };
        foreach (rv_pw_format format in PipeWireFormats.ToNative(_options.SampleFormats).Take(PipeWireBridge.RV_PW_MAX_FORMATS))
        {
            wishes.formats[wishes.format_count++] = (int)format;
        }

        return wishes;
    }

    private protected override MediaFormat TakeOn(in rv_pw_format_info format)
    {
        _format = new AudioFormat(PipeWireFormats.ToSampleFormat(format.format), format.sample_rate, LayoutOf(format.channels));
        _times = new PipeWireTimes(new Rational(1, format.sample_rate));
        (_header, _cycles, _position) = (default, new GraphCycles(format.sample_rate), 0);
        return _format;
    }

    private protected override void Take(rv_pw_record* record)
    {
        rv_pw_plane plane = record->planes[0];
        int samples = (int)plane.size / _format.BytesPerFrame;
        bool hasHeader = (record->flags & (uint)rv_pw_record_flags.RV_PW_RECORD_HEADER) != 0;
        long lost = _cycles.Advance(*record, samples);
        if (hasHeader)
        {
            lost = Math.Max(lost, _header.Advance(record->seq) * samples);
        }

        if (lost != 0)
        {
            Break(lost);
        }

        TellClock(*record);
        if (samples == 0)
        {
            Recycle(record);
            return;
        }

        _position += Math.Max(lost, 0);
        ClockTime behind = _format.DurationOf((long)record->behind / _format.BytesPerFrame);
        CaptureTime captured = _times.Of(*record, _position, _position + samples, behind);
        _position += samples;
        plane.size = (uint)(samples * _format.BytesPerFrame);
        plane.stride = (int)plane.size;
        MediaBuffer buffer = Lend(record, new ReadOnlySpan<rv_pw_plane>(ref plane));
        buffer.Sequence = _sequence++;
        buffer.Duration = _format.DurationOf(samples);
        if (captured.IsEstimated)
        {
            Stamps.SetDrift(_times.Drift);
        }

        Push(record, buffer, captured);
    }

    private protected override void OnLost()
    {
        if (_clock is null)
        {
            return;
        }

        _clock.End();
        Volatile.Write(ref _clock, null);
        ClockChanged?.Invoke(this, new ClockChangedEventArgs(ClockChange.Lost));
    }

    private void TellClock(in rv_pw_record record)
    {
        Rational tick = PipeWireFormats.ToRational(record.time_rate);
        if (record.time_now <= 0 || !tick.IsPositive)
        {
            return;
        }

        bool isNew = _clock is null;
        PipeWireClock clock = _clock ?? new PipeWireClock($"pipewire:{_options.Target ?? Name}", Pipeline.Executor.Waiter.SystemClock);
        clock.Add((long)record.time_ticks, tick, ClockTime.FromNanoseconds(record.time_now));
        Stamps.SetDrift(clock.Drift);
        if (isNew)
        {
            Volatile.Write(ref _clock, clock);
            ClockChanged?.Invoke(this, new ClockChangedEventArgs(ClockChange.Gained));
        }
    }

    // If it is not the requested format, PipeWire does not report its name.
    private ChannelLayout LayoutOf(int channels) => channels == _options.Layout.Channels ? _options.Layout : channels switch
    {
        1 => ChannelLayout.Mono,
        2 => ChannelLayout.Stereo,
        _ => new ChannelLayout(string.Create(CultureInfo.InvariantCulture, $"{channels} channels"), channels),
    };
}
