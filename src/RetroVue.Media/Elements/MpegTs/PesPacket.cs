using System.Buffers.Binary;
using RetroVue.Media.Pipelines;

namespace RetroVue.Media.Elements.MpegTs;

/// <summary>
/// A PES packet (ISO/IEC 13818-1 2.4.3.6) as a list of slices of buffers and of a small store for inserted bytes. So media is copied once,
/// from its buffer into the transport packets. Reused for all PES packets of its track.
/// </summary>
internal sealed class PesPacket
{
    /// <summary>Bytes of the header with PTS only.</summary>
    public const int ShortHeader = 14;

    /// <summary>The greatest PES_packet_length.</summary>
    public const int MaxLength = ushort.MaxValue;

    private const int HeaderPlace = 4;
    private readonly List<MediaBuffer> _held = [];
    private byte[] _store = new byte[512];
    private int _stored;
    private Slice[] _slices = new Slice[16];
    private int _count;
    private int _at;
    private int _atOffset;

    /// <summary>Bytes not yet copied out.</summary>
    public int Remaining { get; private set; }

    /// <summary>Begins a new packet with the header; release the previous one first.</summary>
    /// <param name="streamId">stream_id, table 2-22.</param>
    /// <param name="pts">Presentation time in 90 kHz ticks, not wrapped.</param>
    /// <param name="dts">Decoding time in the same unit; omitted from the header if it equals the presentation time.</param>
    public void Begin(byte streamId, long pts, long dts)
    {
        // The store begins with a start code outside of the packet; slices refer to it.
        ReadOnlySpan<byte> startCode = [0, 0, 0, 1];
        startCode.CopyTo(_store);
        Span<byte> header = _store.AsSpan(HeaderPlace);
        int stamps = pts == dts ? 5 : 10;
        header[0] = 0;
        header[1] = 0;
        header[2] = 1;
        header[3] = streamId;
        header[6] = 0x84; // '10', data_alignment_indicator: every PES begins with an access unit
        header[7] = (byte)(stamps == 5 ? 0x80 : 0xC0);
        header[8] = (byte)stamps;
        TransportTicks.WriteStamp(header[9..], (byte)(stamps == 5 ? 2 : 3), pts);
        if (stamps == 10)
        {
            TransportTicks.WriteStamp(header[14..], 1, dts);
        }

        _stored = HeaderPlace;
        _count = 0;
        _at = 0;
        _atOffset = 0;
        Remaining = 0;
        AddSlice(null, _stored, 9 + stamps);
        _stored += 9 + stamps;
    }

    /// <summary>Adds bytes that are in no buffer.</summary>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            return;
        }

        if (_stored + bytes.Length > _store.Length)
        {
            Array.Resize(ref _store, Math.Max(_store.Length * 2, _stored + bytes.Length));
        }

        bytes.CopyTo(_store.AsSpan(_stored));
        AddSlice(null, _stored, bytes.Length);
        _stored += bytes.Length;
    }

    /// <summary>Adds a start code of three or four bytes.</summary>
    public void AddStartCode(int length) => AddSlice(null, 4 - length, length);

    /// <summary>Adds a part of a held buffer.</summary>
    public void Add(MediaBuffer buffer, int offset, int length)
    {
        if (length > 0)
        {
            AddSlice(buffer, offset, length);
        }
    }

    /// <summary>Takes over a buffer's reference until the PES is released.</summary>
    public void Hold(MediaBuffer buffer) => _held.Add(buffer);

    /// <summary>Ends the packet: writes its length, or 0 if it is too long, which is allowed for video.</summary>
    public void End()
    {
        int length = Remaining - 6;
        BinaryPrimitives.WriteUInt16BigEndian(_store.AsSpan(HeaderPlace + 4), length > MaxLength ? (ushort)0 : (ushort)length);
    }

    /// <summary>Copies the next bytes out; as many as <paramref name="target"/> holds, which must not exceed <see cref="Remaining"/>.</summary>
    public void CopyTo(Span<byte> target)
    {
        Remaining -= target.Length;
        while (!target.IsEmpty)
        {
            ref readonly Slice slice = ref _slices[_at];
            int length = Math.Min(target.Length, slice.Length - _atOffset);
            ReadOnlySpan<byte> source = slice.Buffer is null ? _store : slice.Buffer.Data;
            source.Slice(slice.Offset + _atOffset, length).CopyTo(target);
            target = target[length..];
            _atOffset += length;
            if (_atOffset == slice.Length)
            {
                _at++;
                _atOffset = 0;
            }
        }
    }

    /// <summary>Releases the buffers.</summary>
    public void Release()
    {
        foreach (MediaBuffer buffer in _held)
        {
            buffer.Release();
        }

        _held.Clear();
        _slices.AsSpan(0, _count).Clear();
        _count = 0;
        Remaining = 0;
    }

    private void AddSlice(MediaBuffer? buffer, int offset, int length)
    {
        if (_count == _slices.Length)
        {
            Array.Resize(ref _slices, _count * 2);
        }

        _slices[_count++] = new Slice(buffer, offset, length);
        Remaining += length;
    }

    private readonly record struct Slice(MediaBuffer? Buffer, int Offset, int Length);
}
