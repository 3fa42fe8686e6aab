using RetroVue.Media.FFmpeg.Interop;
using RetroVue.Media.FFmpeg.Native;
using RetroVue.Media.FFmpeg.Packets;
using RetroVue.Media.Pipelines;
using static RetroVue.Media.FFmpeg.Interop.LibAVCodec;
using static RetroVue.Media.FFmpeg.Interop.LibAVUtil;

namespace RetroVue.Media.FFmpeg.Codecs;

/// <summary>An encoder from its opening to its end: raw buffers in, packets out. For one thread at a time.</summary>
/// <param name="context">The open encoder, which the session owns.</param>
/// <param name="packets">Provides packets.</param>
/// <param name="output">Receives the packets.</param>
internal abstract unsafe class EncoderSession(CodecContextHandle context, PacketPool packets, OutputPad output) : IDisposable
{
    private readonly FrameHandle _frame = new();
    private PacketMemory? _next;
    private long _sent;
    private long _received;

    /// <summary>The number of pictures or samples dropped because their time was already taken by earlier ones.</summary>
    public long Dropped { get; protected set; }

    /// <summary>Returns the number of samples replaced by silence since the last call.</summary>
    public long TakeSilenced()
    {
        long silenced = Silenced;
        Silenced = 0;
        return silenced;
    }

    protected AVCodecContext* Context => context.Pointer;

    /// <summary>The number that <see cref="TakeSilenced"/> returns next.</summary>
    protected long Silenced { get; set; }

    /// <summary>The frame that is being built; it has no content after <see cref="Send"/>.</summary>
    protected AVFrame* Frame => _frame.Pointer;

    /// <summary>True while the encoder may hold frames whose packets have not come out.</summary>
    public bool IsHolding => _sent > _received;

    /// <summary>Encodes a buffer; the caller keeps its reference.</summary>
    public abstract void Add(MediaBuffer buffer);

    /// <summary>True if a buffer lies so far after the last one that the encoder has to be closed and opened again.</summary>
    public virtual bool MustEndBefore(MediaBuffer buffer) => false;

    /// <summary>Encodes a substitute for a gap; returns true if it did.</summary>
    public virtual bool Fill(Gap gap) => false;

    /// <summary>True if a gap is so long that the encoder has to be closed, because others wait for its packets.</summary>
    public abstract bool MustEndIn(Gap gap);

    /// <summary>Drains the encoder. Nothing can be encoded after that.</summary>
    public void End()
    {
        Finish();
        var before = ErrorMark.Now;
        avcodec_send_frame(Context, null).ThrowIfError("Ending an encoder", before);
        Receive();
    }

    public virtual void Dispose()
    {
        _frame.Dispose();
        _next?.Release();
        _next = null;
        context.Dispose();
    }

    /// <summary>Sends an incomplete frame.</summary>
    protected virtual void Finish()
    {
    }

    /// <summary>Sets the times of a packet.</summary>
    protected abstract void Stamp(AVPacket* packet, MediaBuffer buffer);

    /// <summary>Encodes <see cref="Frame"/>.</summary>
    /// <exception cref="FFmpegException">The encoder failed.</exception>
    protected void Send()
    {
        var before = ErrorMark.Now;
        int code = avcodec_send_frame(Context, Frame);
        if (code == AVERROR_EAGAIN)
        {
            Receive();
            before = ErrorMark.Now;
            code = avcodec_send_frame(Context, Frame);
        }

        av_frame_unref(Frame);
        code.ThrowIfError("Encoding", before);
        _sent++;
        Receive();
    }

    private void Receive()
    {
        while (true)
        {
            var memory = _next ??= packets.Rent();
            var before = ErrorMark.Now;
            int code = avcodec_receive_packet(Context, memory.Packet);
            if (code is AVERROR_EAGAIN or AVERROR_EOF)
            {
                return;
            }

            code.ThrowIfError("Encoding", before);
            _next = null;
            _received++;
            var buffer = MediaBuffer.Create(memory);
            buffer.Flags = PacketMemory.ToBufferFlags(memory.Packet->flags);
            Stamp(memory.Packet, buffer);
            output.Push(buffer);
        }
    }
}
