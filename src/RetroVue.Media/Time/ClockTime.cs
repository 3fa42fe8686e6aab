using System.Globalization;

namespace RetroVue.Media.Time;

/// <summary>
/// Media time: a signed 64-bit count of nanoseconds on some clock's own line, or a duration on it.
/// </summary>
/// <remarks>
/// Immutable and thread-safe. <see cref="None"/> means "no time": arithmetic with it gives None, order comparisons with it are false
/// (equality distinguishes it from all times), and <see cref="CompareTo"/> sorts it first. Arithmetic saturates at ±<see cref="MaxValue"/>
/// and never results in None by overflow. The range is about 292 years in both directions.
/// </remarks>
public readonly record struct ClockTime : IComparable<ClockTime>, ISpanFormattable
{
    private const long NanosecondsPerSecond = 1_000_000_000;
    private const long Largest = long.MaxValue;
    private const long Smallest = -long.MaxValue;

    private ClockTime(long nanoseconds) => Nanoseconds = nanoseconds;

    /// <summary>Zero nanoseconds; the default value.</summary>
    public static ClockTime Zero => default;

    /// <summary>The value for "no time".</summary>
    public static ClockTime None => new(long.MinValue);

    /// <summary>The latest time, 2^63 − 1 ns; its negation is the earliest.</summary>
    public static ClockTime MaxValue => new(Largest);

    /// <summary>The number of nanoseconds; <see cref="long.MinValue"/> for <see cref="None"/>.</summary>
    public long Nanoseconds { get; }

    /// <summary>True for <see cref="None"/>.</summary>
    public bool IsNone => Nanoseconds == long.MinValue;

    /// <summary>Makes a time from nanoseconds; <see cref="long.MinValue"/> gives <see cref="None"/>.</summary>
    public static ClockTime FromNanoseconds(long nanoseconds) => new(nanoseconds);

    /// <summary>Makes a time from microseconds; saturates.</summary>
    public static ClockTime FromMicroseconds(long microseconds) => FromUnits(microseconds, new Rational(1, 1_000_000));

    /// <summary>Makes a time from milliseconds; saturates.</summary>
    public static ClockTime FromMilliseconds(long milliseconds) => FromUnits(milliseconds, new Rational(1, 1000));

    /// <summary>Makes a time from whole seconds; saturates.</summary>
    public static ClockTime FromSeconds(long seconds) => FromUnits(seconds, new Rational(1, 1));

    /// <summary>Makes a time from a time span, exactly (a tick is 100 ns); saturates.</summary>
    public static ClockTime FromTimeSpan(TimeSpan span) => FromUnits(span.Ticks, new Rational(1, 10_000_000));

    /// <summary>Converts the time to a time span, rounded half away from zero to ticks of 100 ns.</summary>
    /// <exception cref="InvalidOperationException">This is <see cref="None"/>.</exception>
    public TimeSpan ToTimeSpan() => TimeSpan.FromTicks(ToUnits(new Rational(1, 10_000_000)));

    /// <summary>
    /// Converts a number of units, each <paramref name="timeBase"/> seconds long, to a time: exact in 128 bits, rounded once, half away
    /// from zero, to the nanosecond; saturates. The time of the n-th frame is <c>FromUnits(n, rate.Inverse)</c>.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeBase"/> is not positive.</exception>
    public static ClockTime FromUnits(long units, Rational timeBase)
    {
        ThrowIfNotPositive(timeBase);
        // For streams of months, one factor fits 64 bits; only beyond that the slower 128-bit division is necessary.
        long scale = NanosecondsPerSecond * timeBase.Numerator;
        long high = Math.BigMul(units, scale, out long low);
        if (high == low >> 63)
        {
            return new ClockTime(Math.Max(DivideRounded(low, timeBase.Denominator), Smallest));
        }

        return new ClockTime(Saturate(DivideRounded((Int128)units * scale, timeBase.Denominator)));
    }

    /// <summary>
    /// Returns the nearest number of units, each <paramref name="timeBase"/> seconds long: exact in 128 bits, rounded half away from zero.
    /// </summary>
    /// <exception cref="InvalidOperationException">This is <see cref="None"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeBase"/> is not positive.</exception>
    public long ToUnits(Rational timeBase)
    {
        ThrowIfNotPositive(timeBase);
        ThrowIfNone();
        long divisor = NanosecondsPerSecond * timeBase.Numerator;
        long high = Math.BigMul(Nanoseconds, timeBase.Denominator, out long low);
        if (high == low >> 63)
        {
            return DivideRounded(low, divisor);
        }

        return Saturate(DivideRounded((Int128)Nanoseconds * timeBase.Denominator, divisor));
    }

    /// <summary>
    /// Returns the nearest tick of a container or codec: like <see cref="ToUnits"/>, but a time within half a nanosecond of the middle
    /// between two ticks counts as the middle, which rounds away from zero.
    /// </summary>
    /// <remarks>
    /// A time stamp that came from a rational time base has already been rounded to a nanosecond. If its true value was exactly in the
    /// middle between two ticks (every other frame of 24000/1001 at 1/90000), a second rounding would go either way by chance. With this
    /// method the result equals the source's value rounded once, if no true value of the source lies within 1 ns of a middle without being
    /// the middle: for time bases a/b and c/d in seconds, if b·d / gcd(a·d, b·c) is below 500 million.
    /// </remarks>
    /// <exception cref="InvalidOperationException">This is <see cref="None"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeBase"/> is not positive.</exception>
    public long ToTicks(Rational timeBase)
    {
        ThrowIfNotPositive(timeBase);
        ThrowIfNone();
        long tick = NanosecondsPerSecond * timeBase.Numerator;
        long high = Math.BigMul(Math.Abs(Nanoseconds), timeBase.Denominator, out long low);
        long ticks;
        if (high == low >> 63)
        {
            (long whole, long rest) = Math.DivRem(low, tick);
            ticks = rest > 0 && (2 * rest) + timeBase.Denominator >= tick ? whole + 1 : whole;
        }
        else
        {
            (Int128 whole, Int128 rest) = Int128.DivRem((Int128)Math.Abs(Nanoseconds) * timeBase.Denominator, tick);
            ticks = Saturate(rest > 0 && (2 * rest) + timeBase.Denominator >= tick ? whole + 1 : whole);
        }

        return Nanoseconds < 0 ? -ticks : ticks;
    }

    /// <summary>Returns the sum; saturates. None if either is None.</summary>
    public static ClockTime operator +(ClockTime left, ClockTime right)
    {
        if (left.IsNone || right.IsNone)
        {
            return None;
        }

        long sum = unchecked(left.Nanoseconds + right.Nanoseconds);
        bool overflowed = ((left.Nanoseconds ^ sum) & (right.Nanoseconds ^ sum)) < 0;
        return new ClockTime(overflowed ? (left.Nanoseconds < 0 ? Smallest : Largest) : Math.Max(sum, Smallest));
    }

    /// <summary>Returns the difference; saturates. None if either is None.</summary>
    public static ClockTime operator -(ClockTime left, ClockTime right) => left + -right;

    /// <summary>Returns the negation; None for None.</summary>
    public static ClockTime operator -(ClockTime value) => value.IsNone ? None : new ClockTime(-value.Nanoseconds);

    /// <summary>Returns the product with a whole number; saturates. None for None.</summary>
    public static ClockTime operator *(ClockTime value, long factor) =>
        value.IsNone ? None : new ClockTime(Saturate((Int128)value.Nanoseconds * factor));

    /// <summary>Returns the quotient by a whole number, rounded half away from zero; None for None.</summary>
    /// <exception cref="DivideByZeroException"><paramref name="divisor"/> is zero.</exception>
    public static ClockTime operator /(ClockTime value, long divisor)
    {
        if (value.IsNone)
        {
            return None;
        }

        return divisor == 0
            ? throw new DivideByZeroException()
            : new ClockTime(Saturate(divisor < 0
                ? DivideRounded(-(Int128)value.Nanoseconds, -(Int128)divisor)
                : DivideRounded((Int128)value.Nanoseconds, divisor)));
    }

    /// <summary>Returns the absolute value; None for None.</summary>
    public ClockTime Abs() => Nanoseconds < 0 ? -this : this;

    /// <summary>
    /// Returns the earliest whole multiple of an interval after this time; saturates. None for None. Work that recurs at such times, in many
    /// objects, wakes its thread once for all of them.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The interval is not positive, or None.</exception>
    public ClockTime NextMultiple(ClockTime interval)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(interval.Nanoseconds, nameof(interval));
        if (IsNone)
        {
            return None;
        }

        long since = Nanoseconds % interval.Nanoseconds;
        return this + new ClockTime(since < 0 ? -since : interval.Nanoseconds - since);
    }

    /// <summary>Returns the earlier of two times; None if either is None.</summary>
    public static ClockTime Min(ClockTime left, ClockTime right) => left.IsNone || right.IsNone ? None : left < right ? left : right;

    /// <summary>Returns the later of two times; None if either is None.</summary>
    public static ClockTime Max(ClockTime left, ClockTime right) => left.IsNone || right.IsNone ? None : left > right ? left : right;

    /// <summary>True if both are times and the left is earlier.</summary>
    public static bool operator <(ClockTime left, ClockTime right) => left.Nanoseconds < right.Nanoseconds && !left.IsNone;

    /// <summary>True if both are times and the left is later.</summary>
    public static bool operator >(ClockTime left, ClockTime right) => right < left;

    /// <summary>True if both are times and the left is not later.</summary>
    public static bool operator <=(ClockTime left, ClockTime right) => left.Nanoseconds <= right.Nanoseconds && !left.IsNone;

    /// <summary>True if both are times and the left is not earlier.</summary>
    public static bool operator >=(ClockTime left, ClockTime right) => right <= left;

    /// <summary>A total order for sorting: None first, then by time.</summary>
    public int CompareTo(ClockTime other) => Nanoseconds.CompareTo(other.Nanoseconds);

    /// <summary>Returns the time as seconds with nine decimals, "1.500000000s", or "NONE".</summary>
    public override string ToString() => ToString(null, null);

    /// <inheritdoc cref="ToString()"/>
    public string ToString(string? format, IFormatProvider? formatProvider)
    {
        Span<char> text = stackalloc char[32];
        return TryFormat(text, out int written, format, formatProvider) ? text[..written].ToString() : throw new FormatException();
    }

    /// <summary>Writes the text of <see cref="ToString()"/>; needs at most 22 characters.</summary>
    public bool TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider? provider)
    {
        if (IsNone)
        {
            charsWritten = "NONE".TryCopyTo(destination) ? 4 : 0;
            return charsWritten > 0;
        }

        (long seconds, long rest) = Math.DivRem(Math.Abs(Nanoseconds), NanosecondsPerSecond);
        string sign = Nanoseconds < 0 ? "-" : "";
        return destination.TryWrite(CultureInfo.InvariantCulture, $"{sign}{seconds}.{rest:D9}s", out charsWritten);
    }

    private static void ThrowIfNotPositive(Rational timeBase)
    {
        if (!timeBase.IsPositive)
        {
            throw new ArgumentOutOfRangeException(nameof(timeBase), timeBase, "A time base must be positive, such as 1/90000.");
        }
    }

    private void ThrowIfNone()
    {
        if (IsNone)
        {
            throw new InvalidOperationException("ClockTime.None is not a time and cannot be converted to units; check IsNone first.");
        }
    }

    private static long DivideRounded(long value, long divisor)
    {
        (long quotient, long rest) = Math.DivRem(value, divisor);
        // |rest| >= divisor - |rest| means "at least half", without overflow.
        return Math.Abs(rest) >= divisor - Math.Abs(rest) ? quotient + (value < 0 ? -1 : 1) : quotient;
    }

    private static Int128 DivideRounded(Int128 value, Int128 divisor)
    {
        (Int128 quotient, Int128 rest) = Int128.DivRem(value, divisor);
        return Int128.Abs(rest) * 2 >= divisor ? quotient + (value < 0 ? -1 : 1) : quotient;
    }

    private static long Saturate(Int128 value) => value > Largest ? Largest : value < Smallest ? Smallest : (long)value;
}
