using RetroVue.Media.FFmpeg.Interop;
using RetroVue.Media.FFmpeg.Native;
using RetroVue.Media.FFmpeg.Packets;
using RetroVue.Media.Pipelines;
using static RetroVue.Media.FFmpeg.Interop.LibAVCodec;
using static RetroVue.Media.FFmpeg.Interop.LibAVUtil;

namespace RetroVue.Media.FFmpeg.Codecs;

/// <summary>An encoder from its opening to its end: raw buffers in, packets out. For one thread at a time.</summary>
/// <param name="context">The open encoder, which the session owns.</param>
/// <param name="packets">Where packets come from.</param>
/// <param name="output">Where they go.</param>
internal abstract unsafe class EncoderSession(CodecContextHandle context, PacketPool packets, OutputPad output) : IDisposable
{
    private readonly FrameHandle _frame = new();
    private PacketMemory? _next;
    private long _sent;
    private long _received;

    /// <summary>Pictures, or samples, left out because there were others at their time already.</summary>
    public long Dropped { get; protected set; }

    /// <summary>Samples made silent because they were no sound, since this was last asked.</summary>
    public long TakeSilenced()
    {
        long silenced = Silenced;
        Silenced = 0;
        return silenced;
    }

    protected AVCodecContext* Context => context.Pointer;

    /// <summary>What <see cref="TakeSilenced"/> will tell.</summary>
    protected long Silenced { get; set; }

    /// <summary>The frame that is being put together; without content after <see cref="Send"/>.</summary>
    protected AVFrame* Frame => _frame.Pointer;

    /// <summary>True while what was sent may not have come out yet.</summary>
    public bool IsHolding => _sent > _received;

    /// <summary>Encodes a buffer, which stays the caller's.</summary>
    public abstract void Add(MediaBuffer buffer);

    /// <summary>True if a buffer lies so far beyond the last one that the encoder must be closed and opened anew for it.</summary>
    public virtual bool MustEndBefore(MediaBuffer buffer) => false;

    /// <summary>Encodes what stands for a time without buffers; true if that was done.</summary>
    public virtual bool Fill(Gap gap) => false;

    /// <summary>True if a time without buffers is so long that the encoder must be closed: what it holds is waited for.</summary>
    public abstract bool MustEndIn(Gap gap);

    /// <summary>Gives out all that is held. Nothing can be encoded after it.</summary>
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

    /// <summary>Sends what was begun and is not complete.</summary>
    protected virtual void Finish()
    {
    }

    /// <summary>Gives a packet its times.</summary>
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
