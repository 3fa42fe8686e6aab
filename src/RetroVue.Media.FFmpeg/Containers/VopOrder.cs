using System.Numerics;
using RetroVue.Media.Elements.Coded;
using RetroVue.Media.FFmpeg.Interop;

namespace RetroVue.Media.FFmpeg.Containers;

/// <summary>Reads the presentation times from MPEG-4 Part 2 pictures.</summary>
/// <remarks>
/// A picture (VOP) contains the seconds since the last reference picture and a count within the second (ISO/IEC 14496-2 6.3.5). If a packet
/// contains two pictures, as older encoders packed them for AVI, a packet is not a picture, and no time can be derived.
/// </remarks>
internal sealed unsafe class VopOrder : PictureOrder
{
    private const byte FirstLayer = 0x20;
    private const byte LastLayer = 0x2F;
    private const byte GroupStart = 0xB3;
    private const byte PictureStart = 0xB6;
    private const int Bidirectional = 2;
    private const int ExtendedShape = 15;
    private const int GrayscaleShape = 3;

    /// <summary>Layers and groups, including user data between them, are shorter.</summary>
    private const int MostHeaders = 4096;

    private int _resolution;
    private long _seconds;
    private long _secondsBefore;
    private bool _isPacked;

    /// <summary>Makes a reader that can begin at any key frame of a stream.</summary>
    public VopOrder(AVStream* stream)
    {
        var parameters = stream->codecpar;
        ReadHeaders(new ReadOnlySpan<byte>(parameters->extradata, parameters->extradata_size), out _);
    }

    private static ReadOnlySpan<byte> WholePictureStart => [0, 0, 1, PictureStart];

    /// <inheritdoc/>
    public override bool IsContinuous => true;

    /// <inheritdoc/>
    public override long? Read(AVPacket* packet)
    {
        var data = new ReadOnlySpan<byte>(packet->data, packet->size);
        var rest = ReadHeaders(data[..Math.Min(data.Length, MostHeaders)], out var order);
        _isPacked |= order is not null && data[(Math.Min(data.Length, MostHeaders) - rest)..].IndexOf(WholePictureStart) >= 0;
        return _isPacked ? null : order;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
    }

    /// <summary>Reads up to the first picture; returns the number of bytes after its start code, and its order.</summary>
    private int ReadHeaders(ReadOnlySpan<byte> data, out long? order)
    {
        order = null;
        while (data.IndexOf("\0\0\u0001"u8) is >= 0 and var next && next + 4 < data.Length)
        {
            var code = data[next + 3];
            data = data[(next + 4)..];
            switch (code)
            {
                case >= FirstLayer and <= LastLayer:
                    ReadLayer(new BitReader(data));
                    break;
                case GroupStart:
                    var bits = new BitReader(data);
                    var hours = bits.Bits(5);
                    var minutes = bits.Bits(6);
                    bits.Skip(1);
                    _seconds = (((hours * 60) + minutes) * 60) + bits.Bits(6);
                    break;
                case PictureStart:
                    order = ReadPicture(new BitReader(data));
                    return data.Length;
            }
        }

        return 0;
    }

    private void ReadLayer(BitReader bits)
    {
        bits.Skip(9);
        var version = 1u;
        if (bits.Flag())
        {
            version = bits.Bits(4);
            bits.Skip(3);
        }

        if (bits.Bits(4) == ExtendedShape)
        {
            bits.Skip(16);
        }

        if (bits.Flag())
        {
            bits.Skip(3);
            if (bits.Flag())
            {
                bits.Skip(79);
            }
        }

        if (bits.Bits(2) == GrayscaleShape && version != 1)
        {
            bits.Skip(4);
        }

        bits.Skip(1);
        _resolution = (int)bits.Bits(16);
    }

    private long? ReadPicture(BitReader bits)
    {
        if (_resolution == 0)
        {
            return null;
        }

        var isBidirectional = bits.Bits(2) == Bidirectional;
        var seconds = 0;
        while (bits.Flag())
        {
            seconds++;
        }

        bits.Skip(1);
        var count = bits.Bits(Math.Max(BitOperations.Log2((uint)(_resolution - 1)) + 1, 1));
        if (isBidirectional)
        {
            return ((_secondsBefore + seconds) * _resolution) + count;
        }

        _secondsBefore = _seconds;
        _seconds += seconds;
        return (_seconds * _resolution) + count;
    }
}
