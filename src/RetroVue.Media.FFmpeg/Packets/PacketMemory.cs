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

/// <summary>A packet of FFmpeg's as the memory of a buffer: the bytes stay where libavformat or libavcodec put them.</summary>
/// <remarks>
/// The buffer's header says when the packet is; the packet's own time fields are what its maker left there and mean nothing here. Its
/// side data (samples to skip, new parameter sets) goes with it.
/// </remarks>
[SuppressMessage("Design", "CA1001", Justification = "The last reference or the pool frees it.")]
internal sealed unsafe class PacketMemory : MediaMemory
{
    private readonly PacketHandle _handle = new();
    private readonly AVPacket* _packet;
    private readonly PacketPool? _home;

    /// <summary>A packet without content.</summary>
    /// <param name="home">Where it goes when its last reference has gone; null: it is freed then.</param>
    public PacketMemory(PacketPool? home)
    {
        _home = home;
        _packet = _handle.Pointer;
    }

    /// <summary>The link of the list of free packets that it waits in.</summary>
    public PacketMemory? NextFree { get; set; }

    /// <summary>The packet, for calls that fill or read it; good while a reference is held.</summary>
    public AVPacket* Packet => _packet;

    /// <inheritdoc/>
    public override int PlaneCount => 1;

    /// <summary>True if FFmpeg holds a reference to the bytes too, as a decoder that still works on them, or lets none write.</summary>
    public override bool IsReadOnly => _packet->buf is null || av_buffer_is_writable(_packet->buf) == 0;

    /// <summary>Makes <paramref name="target"/>, which is empty, refer to a buffer's bytes; those that are not a packet's are copied.</summary>
    /// <remarks>Sets data, size, side data and flags; times and stream are the caller's. Who calls unrefs the packet.</remarks>
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

    /// <summary>The flags of a buffer that say what the packet's do.</summary>
    public static BufferFlags ToBufferFlags(int flags) =>
        ((flags & AV_PKT_FLAG_KEY) != 0 ? BufferFlags.KeyFrame : BufferFlags.None)
        | ((flags & AV_PKT_FLAG_CORRUPT) != 0 ? BufferFlags.Corrupt : BufferFlags.None)
        | ((flags & AV_PKT_FLAG_DISCARD) != 0 ? BufferFlags.DecodeOnly : BufferFlags.None);

    /// <summary>
    /// True for a packet that FFmpeg calls a key frame and that can be decoded without what came before: it calls H.264 pictures so from
    /// which on a decoder recovers little by little, and believes containers.
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

    /// <summary>Brings a recycled packet back into use, with one reference.</summary>
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
        if (_home is null)
        {
            Free();
        }
        else
        {
            _home.Return(this);
        }
    }
}
