using System.Numerics;
using System.Runtime.InteropServices;
using RetroVue.Media.FFmpeg.Interop;

namespace RetroVue.Media.FFmpeg.Frames;

/// <summary>
/// Finds invalid floating point samples: not numbers, infinite, or 120 dB above full scale. One such sample makes an encoder fail, and a
/// filter spreads it over its neighbours.
/// </summary>
internal static class FiniteSound
{
    // 120 dB. Encoders add the squares of a thousand samples in single precision, and treat an overflow as damage.
    private const int Loudest = 1 << 20;

    /// <summary>True if samples of a format can be invalid.</summary>
    public static bool IsFloat(AVSampleFormat format) => format
        is AVSampleFormat.AV_SAMPLE_FMT_FLT or AVSampleFormat.AV_SAMPLE_FMT_FLTP or AVSampleFormat.AV_SAMPLE_FMT_DBL or AVSampleFormat.AV_SAMPLE_FMT_DBLP;

    /// <summary>True if a plane of a float format has invalid samples.</summary>
    public static bool HasBad(ReadOnlySpan<byte> plane, AVSampleFormat format) => IsDouble(format)
        ? FirstBad(MemoryMarshal.Cast<byte, double>(plane), Loudest) >= 0
        : FirstBad(MemoryMarshal.Cast<byte, float>(plane), Loudest) >= 0;

    /// <summary>Replaces the invalid samples of a plane by silence.</summary>
    /// <returns>The number of invalid samples.</returns>
    public static int Silence(Span<byte> plane, AVSampleFormat format) => IsDouble(format)
        ? Silence(MemoryMarshal.Cast<byte, double>(plane), Loudest)
        : Silence(MemoryMarshal.Cast<byte, float>(plane), Loudest);

    private static bool IsDouble(AVSampleFormat format) => format is AVSampleFormat.AV_SAMPLE_FMT_DBL or AVSampleFormat.AV_SAMPLE_FMT_DBLP;

    private static int Silence<T>(Span<T> samples, T loudest)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int silenced = 0;
        for (int at = FirstBad<T>(samples, loudest); at >= 0;)
        {
            samples[at++] = T.Zero;
            silenced++;
            int next = FirstBad<T>(samples[at..], loudest);
            at = next < 0 ? -1 : at + next;
        }

        return silenced;
    }

    private static int FirstBad<T>(ReadOnlySpan<T> samples, T loudest)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int at = 0;
        var limit = new Vector<T>(loudest);
        // A comparison with NaN is false.
        while (at <= samples.Length - Vector<T>.Count && Vector.LessThanAll(Vector.Abs(new Vector<T>(samples[at..])), limit))
        {
            at += Vector<T>.Count;
        }

        while (at < samples.Length && T.Abs(samples[at]) < loudest)
        {
            at++;
        }

        return at < samples.Length ? at : -1;
    }
}
