using System.Runtime.InteropServices;
using RetroVue.Media.Formats;

namespace RetroVue.Media.FFmpeg.Formats;

/// <summary>
/// Reads display matrices (libavutil/display.h): a point x, y of the stored picture is shown at ax + cy, bx + dy, in 16.16 fixed point.
/// </summary>
internal static class DisplayMatrix
{
    private const int Elements = 9;

    /// <summary>Returns the rotation or mirroring of a stream's matrix, if there is one.</summary>
    /// <param name="format">The stream.</param>
    /// <param name="degreesOff">The rotation of the matrix in addition to that, in degrees, 0 to 45.</param>
    public static Orientation ToOrientation(EncodedFormat format, out double degreesOff) =>
        ToOrientation(format.FindSideData(StreamSideDataKind.DisplayMatrix).Span, out degreesOff);

    /// <summary>Returns the rotation or mirroring of a matrix: the nearest quarter turn, and none for an invalid matrix.</summary>
    /// <param name="bytes">The matrix as in the side data; empty if there is none.</param>
    public static Orientation ToOrientation(ReadOnlySpan<byte> bytes) => ToOrientation(bytes, out _);

    /// <inheritdoc cref="ToOrientation(ReadOnlySpan{byte})"/>
    /// <param name="bytes">The matrix as in the side data; empty if there is none.</param>
    /// <param name="degreesOff">The rotation of the matrix in addition to that, in degrees, 0 to 45.</param>
    public static Orientation ToOrientation(ReadOnlySpan<byte> bytes, out double degreesOff)
    {
        degreesOff = 0;
        var matrix = MemoryMarshal.Cast<byte, int>(bytes);
        if (matrix.Length < Elements)
        {
            return Orientation.Upright;
        }

        double a = matrix[0], b = matrix[1], c = matrix[3], d = matrix[4];
        if ((a * d) - (b * c) == 0)
        {
            return Orientation.Upright;
        }

        bool isOnItsSide = Math.Abs(b) + Math.Abs(c) > Math.Abs(a) + Math.Abs(d);
        double along = isOnItsSide ? b : a, across = isOnItsSide ? a : b;
        degreesOff = Math.Atan2(Math.Abs(across), Math.Abs(along)) * 180 / Math.PI;
        return isOnItsSide
            ? (b > 0, c > 0) switch
            {
                (true, true) => Orientation.Transpose,
                (true, false) => Orientation.TurnRight,
                (false, true) => Orientation.TurnLeft,
                _ => Orientation.Transverse,
            }
            : (a > 0, d > 0) switch
            {
                (true, true) => Orientation.Upright,
                (false, true) => Orientation.FlipSideways,
                (true, false) => Orientation.FlipUpsideDown,
                _ => Orientation.TurnOver,
            };
    }
}
