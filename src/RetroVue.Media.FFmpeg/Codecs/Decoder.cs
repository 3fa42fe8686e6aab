using RetroVue.Media.FFmpeg.Formats;
using RetroVue.Media.FFmpeg.Frames;
using RetroVue.Media.FFmpeg.Interop;
using RetroVue.Media.FFmpeg.Native;
using RetroVue.Media.FFmpeg.Packets;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using static RetroVue.Media.FFmpeg.Interop.LibAVCodec;
using static RetroVue.Media.FFmpeg.Interop.LibAVUtil;

namespace RetroVue.Media.FFmpeg.Codecs;

/// <summary>Decodes packets of one stream, pictures or sound, to raw buffers in the order of presentation.</summary>
/// <remarks>
/// <para>
/// Time: a picture has the PTS of the packet that it came in, to the nanosecond. Sound is counted by the sample from the first PTS on,
/// and counted anew where the packets' times stray by more than 4 ms, which is marked <see cref="BufferFlags.Discontinuity"/>. What came
/// without a time of its own continues on what was before it and is marked <see cref="BufferFlags.EstimatedTime"/>.
/// </para>
/// <para>
/// Output is clipped to the segment: sound by the sample, pictures whole, where less than a millisecond of one lies inside it is left
/// out, for that much is rounding of a container's time stamps. A picture that the segment's start cuts keeps its PTS, and so does the
/// one that shows at the start because the next comes later, as in media of varying frame rate, or not before a segment's stop or the end of
/// a <see cref="Gap"/>; it lasts until then. A new segment ends the old one: what the decoder still holds comes out first. A gap goes on at
/// once, before pictures that are still being put in order.
/// </para>
/// <para>
/// The format is announced before the first buffer and whenever that of the decoded media changes. A pixel format that
/// <see cref="PixelFormat"/> does not name is announced as unknown and can be converted by a <see cref="Conversion.VideoConverter"/>.
/// Damaged data is no error; see <see cref="CorruptFrames"/>. Works on the thread that pushes; properties are for any thread.
/// </para>
/// </remarks>
public sealed unsafe class Decoder : Element
{
    // A decoder that answers with nothing but errors while it is emptied is given up.
    private const int MostErrorsInARow = 64;
    private const int MostReordering = 16;

    private readonly DecoderOptions _options;
    private readonly OutputPad _output;
    private readonly FramePool _pool = new();
    private readonly PacketHandle _packet = new();
    private FrameMemory? _next;
    private CodecContextHandle? _context;
    private EncodedFormat? _format;
    private DecodedOutput? _decoded;
    private Segment _segment = Segment.Default;
    private bool _isFresh;
    private bool _lastHadTime;
    private long _corrupt;

    /// <summary>A decoder; which one is chosen by the format that comes.</summary>
    public Decoder(string name, DecoderOptions? options = null)
        : base(name)
    {
        _options = options ?? new DecoderOptions();
        ArgumentOutOfRangeException.ThrowIfNegative(_options.Threads, nameof(options));
        AddInput();
        _output = AddOutput();
    }

    /// <summary>Packets that could not be decoded, and pictures and pieces of sound that were but are damaged.</summary>
    public long CorruptFrames => Volatile.Read(ref _corrupt);

    /// <inheritdoc/>
    protected override bool Accepts(InputPad input, MediaFormat format) =>
        format is EncodedFormat { Kind: MediaKind.Video or MediaKind.Audio };

    /// <inheritdoc/>
    /// <exception cref="CodecNotFoundException">The format's codec has no decoder here.</exception>
    /// <exception cref="FFmpegException">The decoder does not open.</exception>
    protected override void OnEvent(InputPad input, MediaEvent mediaEvent)
    {
        switch (mediaEvent)
        {
            case FormatChanged changed:
                if (!changed.Format.Equals(_format))
                {
                    Drain();
                    Open((EncodedFormat)changed.Format);
                }

                break;
            case Segment segment:
                Drain();
                _segment = segment;
                _decoded?.Restart(segment);
                Forward(segment);
                break;
            case Gap gap:
                _decoded?.Pass(gap.Pts + gap.Duration);
                Forward(mediaEvent);
                break;
            case EndOfStream end:
                Drain();
                _decoded?.End(end);
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
        if (_context is not { } context || _decoded is not { } decoded)
        {
            buffer.Release();
            throw new InvalidOperationException($"'{Name}' was given a packet before a format.");
        }

        var packet = _packet.Pointer;
        try
        {
            PacketMemory.Refer(packet, buffer);
            // None and AV_NOPTS_VALUE are the same number.
            packet->pts = buffer.Pts.Nanoseconds;
            packet->dts = buffer.Dts.Nanoseconds;
            packet->duration = buffer.Duration.IsNone ? 0 : buffer.Duration.Nanoseconds;
            _lastHadTime = !buffer.Pts.IsNone;
            // An empty packet is the sign for the end there; here it is just no picture.
            if (packet->size == 0)
            {
                CountCorrupt();
                return;
            }

            if (_isFresh)
            {
                ExpectReordering(context.Pointer, buffer, decoded.NominalDuration);
                _isFresh = false;
            }

            context.Pointer->skip_frame = decoded.IsBeforeSegment(buffer) ? AVDiscard.AVDISCARD_NONREF : AVDiscard.AVDISCARD_DEFAULT;
            decoded.Note(buffer);
            Send(context.Pointer, packet);
        }
        finally
        {
            av_packet_unref(packet);
            buffer.Release();
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _context?.Dispose();
        _decoded?.Dispose();
        _packet.Dispose();
        _next?.Release();
        _next = null;
        _pool.Dispose();
        base.Dispose(disposing);
    }

    // Without this the decoder of H.264 finds the depth of reordering by trial where nobody tells, and loses pictures by it. Of pictures that
    // last longer than they are said to, it would be too great, and pictures would come late by as many.
    private static void ExpectReordering(AVCodecContext* context, MediaBuffer first, ClockTime pictureDuration)
    {
        if (context->codec_id == AVCodecID.AV_CODEC_ID_H264 && context->has_b_frames == 0 && first.Pts > first.Dts && pictureDuration > ClockTime.Zero)
        {
            long pictures = (first.Pts - first.Dts + (pictureDuration / 2)).Nanoseconds / pictureDuration.Nanoseconds;
            context->has_b_frames = pictures <= MostReordering ? (int)pictures : 0;
        }
    }

    private void Open(EncodedFormat format)
    {
        var codec = CodecFinder.Decoder(format.Codec);
        _context?.Dispose();
        _context = null;
        var opened = new CodecContextHandle(codec);
        try
        {
            var context = opened.Pointer;
            using (var parameters = new CodecParametersHandle())
            {
                CodecParameters.Write(format, parameters.Pointer);
                avcodec_parameters_to_context(context, parameters.Pointer).ThrowIfError("Configuring a decoder");
            }

            // The padding at the stream's beginning: from 8.1 on a decoder leaves it out of whatever comes first, also in the middle of the
            // stream. What is to be left out, the packets' side data says.
            context->delay = 0;
            context->pkt_timebase = new AVRational { num = 1, den = 1_000_000_000 };
            context->thread_count = _options.Threads;
            if (format.Video is { FrameRate.IsPositive: true } video)
            {
                context->framerate = video.FrameRate.ToNative();
            }

            var before = ErrorMark.Now;
            avcodec_open2(context, codec, null).ThrowIfError($"Opening the decoder for {format}", before);
        }
        catch
        {
            opened.Dispose();
            throw;
        }

        _context = opened;
        _decoded?.Dispose();
        _format = format;
        _isFresh = true;
        _decoded = format.Kind == MediaKind.Video ? new DecodedPictures(_output, format) : new DecodedSound(_output, format);
        _decoded.Restart(_segment);
    }

    private void Send(AVCodecContext* context, AVPacket* packet)
    {
        int code = avcodec_send_packet(context, packet);
        if (code == AVERROR_EAGAIN)
        {
            Receive(context);
            code = avcodec_send_packet(context, packet);
        }

        Judge(code);
        Receive(context);
    }

    private void Receive(AVCodecContext* context)
    {
        int errors = 0;
        while (errors < MostErrorsInARow)
        {
            FrameMemory memory = _next ??= _pool.Rent();
            int code = avcodec_receive_frame(context, memory.Frame);
            if (code is AVERROR_EAGAIN or AVERROR_EOF)
            {
                return;
            }

            Judge(code);
            if (code < 0)
            {
                errors++;
                continue;
            }

            errors = 0;
            _next = null;
            if (memory.Frame->decode_error_flags != 0 || (memory.Frame->flags & AV_FRAME_FLAG_CORRUPT) != 0)
            {
                memory.Frame->flags |= AV_FRAME_FLAG_CORRUPT;
                CountCorrupt();
            }

            _decoded!.Push(memory, _lastHadTime);
        }
    }

    private void Drain()
    {
        if (_context is { } context && !_isFresh)
        {
            Judge(avcodec_send_packet(context.Pointer, null));
            Receive(context.Pointer);
            avcodec_flush_buffers(context.Pointer);
            _isFresh = true;
        }
    }

    private void Judge(int code)
    {
        if (code == AVERROR_ENOMEM)
        {
            code.ThrowIfError("Decoding");
        }

        if (code < 0)
        {
            CountCorrupt();
        }
    }

    private void CountCorrupt() => Volatile.Write(ref _corrupt, _corrupt + 1);
}
