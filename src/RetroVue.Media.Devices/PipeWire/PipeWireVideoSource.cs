using RetroVue.Media.Devices.Interop.PipeWire;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.Devices.PipeWire;

/// <summary>Records pictures from a PipeWire node: a camera, a screen, a test picture.</summary>
/// <remarks>
/// The PTS is the running time of the header's time (CLOCK_MONOTONIC, set by the node). If there is none, it is the time of the graph's
/// cycle. If the graph does not drive the node either, it is estimated from arrivals, marked and counted. Missing numbers in the headers
/// are counted as lost, and marked. See <see cref="PipeWireSource"/>.
/// </remarks>
public sealed unsafe class PipeWireVideoSource : PipeWireSource
{
    private const int DefaultWidth = 1280;
    private const int DefaultHeight = 720;

    private readonly PipeWireVideoSourceOptions _options;
    private VideoFormat _format = new(PixelFormat.Unknown, 0, 0, new Rational(0, 1));
    private PipeWireTimes _times = new(default);
    private HeaderSequence _header;
    private ClockTime _duration = ClockTime.None;
    private long _position;
    private long _sequence;
    private ulong _dropped;

    /// <summary>Makes a source.</summary>
    /// <param name="name">The element's name, which is also the name of its node in PipeWire's graph.</param>
    /// <param name="options">The options; null for the session manager's choice, in any format.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public PipeWireVideoSource(string name, PipeWireVideoSourceOptions? options = null)
        : base(name, options ??= new PipeWireVideoSourceOptions())
    {
        if (options.Width < 0 || options.Height < 0 || (options.Width == 0) != (options.Height == 0))
        {
            throw new ArgumentException($"Set both width and height or neither, not {options.Width}x{options.Height}.", nameof(options));
        }

        if (!PipeWireFormats.ToNative(options.PixelFormats).Any())
        {
            throw new ArgumentException("PipeWire supports none of the pixel formats.", nameof(options));
        }

        if (options.Screen is not null && (options.Remote is not null || options.Target is not null || options.Reconnect == true))
        {
            throw new ArgumentException(
                "A shared screen has its own daemon and node and ends with its session: do not set Remote, Target or Reconnect.",
                nameof(options));
        }

        _options = options;
    }

    /// <summary>One frame: a picture is reported when it is complete.</summary>
    public override ElementLatency Latency => new(_duration.IsNone ? ClockTime.Zero : _duration, ClockTime.None, true);

    private protected override rv_pw_stream_params Wishes()
    {
        bool isExact = _options.Width > 0;
        var wishes = new rv_pw_stream_params
        {
            direction = (int)rv_pw_direction.RV_PW_CAPTURE,
            media = (int)rv_pw_media.RV_PW_VIDEO,
            width = isExact ? _options.Width : DefaultWidth,
            height = isExact ? _options.Height : DefaultHeight,
            exact_size = isExact ? 1 : 0,
            exact_rate = _options.FrameRate.IsPositive && _options.Screen is null ? 1 : 0,
        };
        foreach (rv_pw_format format in PipeWireFormats.ToNative(_options.PixelFormats).Take(PipeWireBridge.RV_PW_MAX_FORMATS))
        {
            wishes.formats[wishes.format_count++] = (int)format;
        }

        if (_options.FrameRate.IsPositive)
        {
            wishes.frame_rate = new rv_pw_rational { num = (uint)_options.FrameRate.Numerator, den = (uint)_options.FrameRate.Denominator };
            wishes.max_frame_rate = _options.Screen is null ? default : wishes.frame_rate;
        }

        return wishes;
    }

    private protected override MediaFormat TakeOn(in rv_pw_format_info format)
    {
        Rational rate = PipeWireFormats.ToRational(format.frame_rate);
        _format = new VideoFormat(PipeWireFormats.ToPixelFormat(format.format), format.width, format.height, rate)
        {
            Interlacing = format.interlaced != 0 ? Interlacing.TopFieldFirst : Interlacing.Progressive,
        };
        _duration = rate.IsPositive ? ClockTime.FromUnits(1, rate.Inverse) : ClockTime.None;
        _times = new PipeWireTimes(rate.IsPositive ? rate.Inverse : default);
        (_header, _position, _dropped) = (default, 0, 0);
        return _format;
    }

    private protected override void Take(rv_pw_record* record)
    {
        bool hasHeader = (record->flags & (uint)rv_pw_record_flags.RV_PW_RECORD_HEADER) != 0;
        long dropped = (long)(record->dropped - _dropped);
        _dropped = record->dropped;

        // The header's numbers also show buffers that the bridge dropped.
        long lost = hasHeader ? _header.Advance(record->seq) : dropped;
        if (lost != 0)
        {
            Break(lost);
        }

        _position += Math.Max(lost, 0);
        Span<rv_pw_plane> planes = stackalloc rv_pw_plane[PipeWireBridge.RV_PW_MAX_PLANES];
        int count = PictureLayout.Find(_format, ((ReadOnlySpan<rv_pw_plane>)record->planes)[..(int)record->plane_count], planes);
        if (count == 0)
        {
            // A record without bytes is not a picture; one with too few bytes is a lost picture.
            if (record->planes[0].size > 0)
            {
                Break(1);
            }

            Recycle(record);
            return;
        }

        CaptureTime captured = _times.Of(*record, _position, _position, ClockTime.Zero);
        _position++;
        MediaBuffer buffer = Lend(record, planes[..count]);
        buffer.Sequence = hasHeader ? (long)record->seq : _sequence;
        _sequence += 1 + Math.Max(lost, 0);
        buffer.Duration = _duration;
        Push(record, buffer, captured);
    }
}
