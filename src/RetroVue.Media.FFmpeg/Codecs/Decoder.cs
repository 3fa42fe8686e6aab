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

/// <summary>Decodes packets of one stream, pictures or sound, to raw buffers in presentation order.</summary>
/// <remarks>
/// <para>
/// Time: a picture has the PTS of its packet, to the nanosecond. The times of sound are counted in samples from the first PTS on. If the
/// packets' times deviate by more than 4 ms, the count starts again and the buffer is marked <see cref="BufferFlags.Discontinuity"/>. A
/// buffer from a packet without a time continues the one before, and is marked <see cref="BufferFlags.EstimatedTime"/>.
/// </para>
/// <para>
/// Output is clipped to the segment: sound by samples, pictures as a whole. A picture with less than a millisecond inside the segment is
/// dropped, because containers round time stamps by that much. A picture that the segment's start cuts keeps its PTS. So does the picture
/// that is still shown at the start because the next one comes later (as in media with a variable frame rate), or not before the segment's
/// stop or the end of a <see cref="Gap"/>; it lasts until then. A new segment ends the old one: frames that the decoder still holds are
/// pushed first. A gap is passed on at once, before pictures that are still being reordered.
/// </para>
/// <para>
/// The format is announced before the first buffer, and each time the format of the decoded media changes. A pixel format without a name in
/// <see cref="PixelFormat"/> is announced as unknown; a <see cref="Conversion.VideoConverter"/> can convert it. Damaged data is not an
/// error; see <see cref="CorruptFrames"/>. It works on the pushing thread; properties are for any thread.
/// </para>
/// </remarks>
public sealed unsafe class Decoder : Element
{
    // If the decoder returns only errors while it is drained, this gives up.
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

    /// <summary>Makes a decoder; the input's format decides the codec.</summary>
    public Decoder(string name, DecoderOptions? options = null)
        : base(name)
    {
        _options = options ?? new DecoderOptions();
        ArgumentOutOfRangeException.ThrowIfNegative(_options.Threads, nameof(options));
        AddInput();
        _output = AddOutput();
    }

    /// <summary>The number of packets that could not be decoded, and of decoded frames that are damaged.</summary>
    public long CorruptFrames => Volatile.Read(ref _corrupt);

    /// <inheritdoc/>
    protected override bool Accepts(InputPad input, MediaFormat format) =>
        format is EncodedFormat { Kind: MediaKind.Video or MediaKind.Audio };

    /// <inheritdoc/>
    /// <exception cref="CodecNotFoundException">FFmpeg has no decoder for the format's codec.</exception>
    /// <exception cref="FFmpegException">The decoder cannot be opened.</exception>
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
            throw new InvalidOperationException($"'{Name}' received a packet before a format.");
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
            // libavcodec treats an empty packet as the end of the stream; here it only means that there is no picture.
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

    // Without this, the H.264 decoder finds an undeclared reorder depth by trial, and loses pictures. With pictures that last longer than
    // declared, the depth would be too large, and pictures would come that much later.
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

            // The padding at the stream's beginning: from 8.1 on, a decoder would drop it from the first packets even in the middle of the
            // stream. The packets' side data says which samples to drop.
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
