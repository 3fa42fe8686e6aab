using RetroVue.Media.Time;

namespace RetroVue.Media.Elements.MpegTs;

/// <summary>
/// The two tick rates of ISO/IEC 13818-1 2.4.2.1: 27 MHz of the system clock and 90 kHz of the time stamps. Counts have 64 bits without
/// wrapping (thousands of years) and are cut to 33 bits when they are written.
/// </summary>
internal static class TransportTicks
{
    /// <summary>System clock ticks per tick of a time stamp.</summary>
    public const int PerStamp = 300;

    private const long StampMask = (1L << 33) - 1;
    private static readonly Rational s_clockBase = new(1, 27_000_000);
    private static readonly Rational s_stampBase = new(1, 90_000);

    /// <summary>Converts a time to system clock ticks.</summary>
    public static long Clock(ClockTime time) => time.ToUnits(s_clockBase);

    /// <summary>Converts system clock ticks to a time.</summary>
    public static ClockTime FromClock(long ticks) => ClockTime.FromUnits(ticks, s_clockBase);

    /// <summary>Converts a time to a time stamp; rounds once if the time came from a rational time base.</summary>
    public static long Stamp(ClockTime time) => time.ToTicks(s_stampBase);

    /// <summary>Writes a PTS or DTS of 33 bits in 5 bytes with its marker bits (2.4.3.7).</summary>
    public static void WriteStamp(Span<byte> target, byte prefix, long stamp)
    {
        stamp &= StampMask;
        target[4] = (byte)((stamp << 1) | 1);
        target[3] = (byte)(stamp >> 7);
        target[2] = (byte)((stamp >> 14) | 1);
        target[1] = (byte)(stamp >> 22);
        target[0] = (byte)((prefix << 4) | (int)((stamp >> 29) & 0x0E) | 1);
    }

    /// <summary>Writes a program clock reference in 6 bytes: 33 bits at 90 kHz, 6 reserved bits, 9 bits at 27 MHz (2.4.3.5).</summary>
    public static void WritePcr(Span<byte> target, long ticks)
    {
        // Floor, not truncate: before time zero the extension still increases.
        long stamps = Math.DivRem(ticks, PerStamp, out long rest);
        if (rest < 0)
        {
            stamps--;
            rest += PerStamp;
        }

        stamps &= StampMask;
        target[5] = (byte)rest;
        target[4] = (byte)((stamps << 7) | 0x7E | (rest >> 8));
        target[3] = (byte)(stamps >> 1);
        target[2] = (byte)(stamps >> 9);
        target[1] = (byte)(stamps >> 17);
        target[0] = (byte)(stamps >> 25);
    }
}
