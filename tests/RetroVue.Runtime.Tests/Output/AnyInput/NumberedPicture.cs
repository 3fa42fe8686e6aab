using RetroVue.Media.Memory;
using RetroVue.Media.Pipelines;

namespace RetroVue.Runtime.Tests.Output.AnyInput;

/// <summary>Pictures of twelve fields, each black or white, which code the picture's number.</summary>
internal static class NumberedPicture
{
    /// <summary>In pixels.</summary>
    public const int Width = 64;

    /// <summary>In pixels.</summary>
    public const int Height = 48;

    /// <summary>The number that is read in a picture without a number: black, or a slate.</summary>
    public const int None = -1;

    /// <summary>The offset of the numbers of the next item.</summary>
    public const int Next = 1 << 10;

    private const int Side = 16;
    private const int Columns = Width / Side;
    private const int Bits = 10;

    /// <summary>Draws a picture with a number, in planes of 4:2:0.</summary>
    public static HeapMemory Draw(int number)
    {
        HeapMemory memory = HeapMemory.Create([(Width * Height, Width), (Width * Height / 4, Width / 2), (Width * Height / 4, Width / 2)]);
        Span<byte> luma = memory.WritablePlane(0);
        for (int y = 0; y < Height; y++)
        {
            for (int x = 0; x < Width; x++)
            {
                int field = (y / Side * Columns) + (x / Side);
                // The last field is white in every numbered picture.
                bool isWhite = field > Bits || (number >> field & 1) != 0;
                luma[(y * Width) + x] = isWhite ? (byte)200 : (byte)40;
            }
        }

        memory.WritablePlane(1).Fill(128);
        memory.WritablePlane(2).Fill(128);
        return memory;
    }

    /// <summary>Reads the number of a picture.</summary>
    public static int Read(MediaBuffer picture)
    {
        ReadOnlySpan<byte> luma = picture.Memory.Plane(0);
        int stride = picture.Memory.Stride(0), number = 0;
        for (int field = 0; field <= Bits + 1; field++)
        {
            int y = (field / Columns * Side) + (Side / 2), x = (field % Columns * Side) + (Side / 2);
            number |= luma[(y * stride) + x] > 120 ? 1 << field : 0;
        }

        return number >> (Bits + 1) == 0 ? None : number & ((1 << (Bits + 1)) - 1);
    }
}
