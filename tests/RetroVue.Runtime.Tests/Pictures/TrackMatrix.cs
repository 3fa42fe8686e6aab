using System.Buffers.Binary;

namespace RetroVue.Runtime.Tests.Pictures;

/// <summary>Writes a display matrix into the picture's track of an MP4 (ISO/IEC 14496-12 8.3.2), as cameras and phones do.</summary>
internal static class TrackMatrix
{
    private const int MatrixOffset = 44;

    /// <summary>Writes a copy of a file whose picture is shown at x' = ax + cy, y' = bx + dy.</summary>
    public static string Write(string path, string copy, double a, double b, double c, double d)
    {
        byte[] bytes = File.ReadAllBytes(path);
        // The first track is the one of the picture.
        int box = bytes.AsSpan().IndexOf("tkhd"u8);
        Span<byte> matrix = bytes.AsSpan(box + MatrixOffset + (bytes[box + 4] == 1 ? 12 : 0), 36);
        BinaryPrimitives.WriteInt32BigEndian(matrix, (int)Math.Round(a * 65536));
        BinaryPrimitives.WriteInt32BigEndian(matrix[4..], (int)Math.Round(b * 65536));
        BinaryPrimitives.WriteInt32BigEndian(matrix[12..], (int)Math.Round(c * 65536));
        BinaryPrimitives.WriteInt32BigEndian(matrix[16..], (int)Math.Round(d * 65536));
        File.WriteAllBytes(copy, bytes);
        return copy;
    }
}
