using System.Diagnostics.CodeAnalysis;
using RetroVue.Media.Elements.Coded;
using RetroVue.Media.FFmpeg.Interop;
using RetroVue.Media.FFmpeg.Native;
using RetroVue.Media.Formats;
using RetroVue.Media.Memory;
using RetroVue.Media.Pipelines;
using static RetroVue.Media.FFmpeg.Interop.LibAVCodec;
using static RetroVue.Media.FFmpeg.Interop.LibAVUtil;

namespace RetroVue.Media.FFmpeg.Packets;

/// <summary>An FFmpeg packet as the memory of a buffer: the bytes stay in libavformat's or libavcodec's memory.</summary>
/// <remarks>
/// The times are in the buffer's header; the packet's own time fields have no meaning here. Its side data (samples to skip, new parameter
/// sets) goes with it.
/// </remarks>
[SuppressMessage("Design", "CA1001", Justification = "The last reference or the pool frees it.")]
internal sealed unsafe class PacketMemory : MediaMemory
{
    private readonly PacketHandle _handle = new();
    private readonly AVPacket* _packet;
    private readonly PacketPool? _pool;

    /// <summary>Makes an empty packet.</summary>
    /// <param name="pool">The pool to which it returns after its last reference; null: it is freed then.</param>
    public PacketMemory(PacketPool? pool)
    {
        _pool = pool;
        _packet = _handle.Pointer;
    }

    /// <summary>The next packet in the free list.</summary>
    public PacketMemory? NextFree { get; set; }

    /// <summary>The packet, for calls that fill or read it; valid while a reference is held.</summary>
    public AVPacket* Packet => _packet;

    /// <inheritdoc/>
    public override int PlaneCount => 1;

    /// <summary>
    /// True if FFmpeg also holds a reference to the bytes, as a decoder does that still uses them, or if they must not be written.
    /// </summary>
    public override bool IsReadOnly => _packet->buf is null || av_buffer_is_writable(_packet->buf) == 0;

    /// <summary>Makes <paramref name="target"/>, an empty packet, refer to a buffer's bytes; bytes of other memory are copied.</summary>
    /// <remarks>Sets data, size, side data and flags; the caller sets times and stream. The caller unrefs the packet.</remarks>
    /// <exception cref="FFmpegException">Out of memory.</exception>
    public static void Refer(AVPacket* target, MediaBuffer buffer)
    {
        if (buffer.Memory is PacketMemory memory)
        {
            av_packet_ref(target, memory._packet).ThrowIfError("Sharing a packet");
        }
        else
        {
            var data = buffer.Data;
            av_new_packet(target, data.Length).ThrowIfError("Allocating a packet");
            data.CopyTo(new Span<byte>(target->data, target->size));
        }

        target->flags = (buffer.IsKeyFrame ? AV_PKT_FLAG_KEY : 0)
            | ((buffer.Flags & BufferFlags.Corrupt) != BufferFlags.None ? AV_PKT_FLAG_CORRUPT : 0)
            | ((buffer.Flags & BufferFlags.DecodeOnly) != BufferFlags.None ? AV_PKT_FLAG_DISCARD : 0);
    }

    /// <summary>Converts a packet's flags to a buffer's.</summary>
    public static BufferFlags ToBufferFlags(int flags) =>
        ((flags & AV_PKT_FLAG_KEY) != 0 ? BufferFlags.KeyFrame : BufferFlags.None)
        | ((flags & AV_PKT_FLAG_CORRUPT) != 0 ? BufferFlags.Corrupt : BufferFlags.None)
        | ((flags & AV_PKT_FLAG_DISCARD) != 0 ? BufferFlags.DecodeOnly : BufferFlags.None);

    /// <summary>
    /// True if FFmpeg marks a packet as a key frame and it can be decoded without earlier packets. FFmpeg also marks H.264 pictures from
    /// which a decoder recovers gradually, and trusts containers' marks.
    /// </summary>
    public static bool IsEntry(AVPacket* packet, EncodedFormat format) =>
        (packet->flags & AV_PKT_FLAG_KEY) != 0 && CodedEntry.IsEntry(format, new ReadOnlySpan<byte>(packet->data, packet->size));

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> Plane(int index) => MapWritable(index);

    /// <inheritdoc/>
    public override int Stride(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(index, 0);
        return _packet->size;
    }

    /// <inheritdoc/>
    public override MediaMemory Clone()
    {
        var copy = new PacketMemory(null);
        av_packet_ref(copy._packet, _packet).ThrowIfError("Copying a packet");
        av_packet_make_writable(copy._packet).ThrowIfError("Copying a packet");
        return copy;
    }

    /// <summary>Makes a recycled packet usable again, with one reference.</summary>
    public void MakeLive() => Revive();

    /// <summary>Frees the packet itself.</summary>
    public void Free() => _handle.Dispose();

    /// <inheritdoc/>
    protected override Span<byte> MapWritable(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(index, 0);
        return new Span<byte>(_packet->data, _packet->size);
    }

    /// <inheritdoc/>
    protected override void OnReleased()
    {
        av_packet_unref(_packet);
        if (_pool is null)
        {
            Free();
        }
        else
        {
            _pool.Return(this);
        }
    }
}
