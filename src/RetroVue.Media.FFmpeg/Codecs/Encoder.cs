using RetroVue.Media.FFmpeg.Formats;
using RetroVue.Media.FFmpeg.Interop;
using RetroVue.Media.FFmpeg.Packets;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.FFmpeg.Codecs;

/// <summary>Encodes raw pictures or sound to packets of one codec.</summary>
/// <remarks>
/// <para>
/// Time: a packet has the PTS, duration, uncertainty and sequence of its picture, to the nanosecond; its DTS is the PTS of an earlier
/// picture, or lies on the same grid before the first one. Sound is cut into the codec's frames by samples, and its times are counted from
/// the first PTS on. Priming samples (<see cref="EncodedFormat.InitialPadding"/>) come before that time, so each sample is decoded to its
/// original time. Holes in the sound of 4 ms to 1 s are filled with silence; after a longer one the encoder starts again. Sound and
/// pictures that begin before the end of earlier ones are dropped and counted in <see cref="Dropped"/>.
/// </para>
/// <para>
/// The format is announced when the input's format comes, before the first packet. A new segment or input format ends the encoded stream
/// and begins another. A picture marked <see cref="BufferFlags.Discontinuity"/> becomes a key frame. A <see cref="Gap"/> is passed on after
/// everything that came before it. If the encoder still holds pictures, this happens when none has come for a second, or for four frames at
/// low rates: then the encoder is drained and starts again. It works on the pushing thread; properties are for any thread.
/// </para>
/// </remarks>
public sealed unsafe class Encoder : Element
{
    private readonly EncoderOptions _options;
    private readonly OutputPad _output;
    private readonly PacketPool _packets = new();
    private AVCodec* _codec;
    private MediaFormat? _input;
    private EncoderSession? _session;
    private bool _hasBegun;
    private Segment? _segment;
    private Gap? _gap;
    private long _dropped;
    private long _silenced;

    /// <summary>Makes an encoder.</summary>
    public Encoder(string name, EncoderOptions options)
        : base(name)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentException.ThrowIfNullOrEmpty(options.Codec, nameof(options));
        ArgumentOutOfRangeException.ThrowIfNegative(options.Threads, nameof(options));
        ArgumentOutOfRangeException.ThrowIfNegative(options.BitRate, nameof(options));
        ArgumentOutOfRangeException.ThrowIfNegative(options.MaximumBitRate, nameof(options));
        if (options.GopDuration <= ClockTime.Zero)
        {
            throw new ArgumentOutOfRangeException(nameof(options), options.GopDuration, "The duration of a GOP must be positive.");
        }

        _options = options;
        AddInput();
        _output = AddOutput();
    }

    /// <summary>The number of pictures or samples dropped because their time was already taken by earlier ones.</summary>
    public long Dropped => Volatile.Read(ref _dropped);

    /// <summary>
    /// The number of floating point samples that were replaced by silence because they were not numbers, infinite, or 120 dB above full
    /// scale; counted per channel.
    /// </summary>
    public long SilencedSamples => Volatile.Read(ref _silenced);

    /// <summary>True if FFmpeg has an encoder for a codec, or with this name; <see cref="EncoderOptions.Codec"/> accepts both.</summary>
    public static bool Exists(string codec)
    {
        try
        {
            return CodecFinder.Encoder(codec) is not null;
        }
        catch (CodecNotFoundException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    /// <exception cref="CodecNotFoundException">There is no such encoder.</exception>
    protected override void Prepare() => _ = Codec();

    /// <inheritdoc/>
    protected override bool Accepts(InputPad input, MediaFormat format) => format switch
    {
        VideoFormat video => Codec()->type == AVMediaType.AVMEDIA_TYPE_VIDEO && IsListed((int*)Codec()->pix_fmts, (int)FormatNames.ToNative(video.PixelFormat), -1),
        AudioFormat audio => Codec()->type == AVMediaType.AVMEDIA_TYPE_AUDIO
            && IsListed((int*)Codec()->sample_fmts, (int)FormatNames.ToNative(audio.SampleFormat), -1)
            && IsListed(Codec()->supported_samplerates, audio.SampleRate, 0),
        _ => false,
    };

    /// <inheritdoc/>
    protected override MediaFormat? Preferred(InputPad input)
    {
        if (Codec()->type == AVMediaType.AVMEDIA_TYPE_VIDEO)
        {
            var pixels = Codec()->pix_fmts is null ? PixelFormat.Yuv420P : FormatNames.ToPixelFormat(*Codec()->pix_fmts, out _);
            return new VideoFormat(pixels, 640, 360, new Rational(25, 1));
        }

        var samples = Codec()->sample_fmts is null ? SampleFormat.F32Planar : FormatNames.ToSampleFormat(*Codec()->sample_fmts);
        return new AudioFormat(samples, 48_000, ChannelLayout.Stereo);
    }

    /// <inheritdoc/>
    /// <exception cref="FFmpegException">The encoder cannot be opened with that format and these options.</exception>
    /// <exception cref="ArgumentException">The encoder does not know one of the settings.</exception>
    protected override void OnEvent(InputPad input, MediaEvent mediaEvent)
    {
        switch (mediaEvent)
        {
            case FormatChanged changed:
                if (!changed.Format.Equals(_input))
                {
                    End();
                    Close();
                    _input = changed.Format;
                    Open();
                }

                break;
            case Segment segment:
                if (!segment.Equals(_segment))
                {
                    End();
                }

                _segment = segment;
                Forward(segment);
                break;
            case Gap gap:
                Tell(gap);
                break;
            case EndOfStream:
                End();
                Forward(mediaEvent);
                break;
            default:
                Forward(mediaEvent);
                break;
        }
    }

    /// <inheritdoc/>
    protected override void OnBuffer(InputPad input, MediaBuffer buffer)
    {
        try
        {
            if (_session is { } present && present.MustEndBefore(buffer))
            {
                End();
            }

            if (_session is null)
            {
                Open();
            }

            _gap = null;
            _hasBegun = true;
            var session = _session!;
            long before = session.Dropped;
            session.Add(buffer);
            Volatile.Write(ref _dropped, _dropped + session.Dropped - before);
            NoteSilenced(session);
        }
        finally
        {
            buffer.Release();
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        Close();
        _packets.Dispose();
        base.Dispose(disposing);
    }

    // libavcodec's lists end with a special value; a null list means that everything is supported.
    private static bool IsListed(int* list, int value, int end)
    {
        for (var item = list; item is not null && *item != end; item++)
        {
            if (*item == value)
            {
                return true;
            }
        }

        return list is null;
    }

    private AVCodec* Codec()
    {
        if (_codec is null)
        {
            _codec = CodecFinder.Encoder(_options.Codec);
        }

        return _codec;
    }

    private void Open()
    {
        var input = _input ?? throw new InvalidOperationException($"'{Name}' received a buffer before a format.");
        var context = EncoderSetup.Open(Codec(), _options, input);
        _session = input is VideoFormat video
            ? new PictureSession(context, _packets, _output, _options, video)
            : new SoundSession(context, _packets, _output, (AudioFormat)input);
        var format = EncoderSetup.Describe(context.Pointer, input);
        if (!format.Equals(_output.Format))
        {
            _output.Push(new FormatChanged(format));
        }
    }

    private void Tell(Gap gap)
    {
        if (_session is { } session && _hasBegun)
        {
            if (session.Fill(gap))
            {
                return;
            }

            if (session.IsHolding)
            {
                gap = _gap is { } earlier ? new Gap(earlier.Pts, gap.Pts + gap.Duration - earlier.Pts) : gap;
                if (!session.MustEndIn(gap))
                {
                    _gap = gap;
                    return;
                }

                End();
            }
        }

        Forward(gap);
    }

    private void End()
    {
        if (_hasBegun)
        {
            _session!.End();
            NoteSilenced(_session);
            Close();
        }
    }

    private void NoteSilenced(EncoderSession session) => Volatile.Write(ref _silenced, _silenced + session.TakeSilenced());

    private void Close()
    {
        _session?.Dispose();
        _session = null;
        _hasBegun = false;
        _gap = null;
    }
}
