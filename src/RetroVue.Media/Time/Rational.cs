using System.Globalization;

namespace RetroVue.Media.Time;

/// <summary>
/// An exact ratio of two 32-bit integers: a time base in seconds per tick (1/90000) or a rate in units per second (30000/1001).
/// </summary>
/// <remarks>
/// Immutable and thread-safe. Equality compares numerator and denominator as written: 1/2 and 2/4 are different time bases with the same
/// value; <see cref="CompareTo"/> compares values. The default value 0/0 is not a ratio: <see cref="IsValid"/> is false.
/// </remarks>
/// <param name="Numerator">The numerator.</param>
/// <param name="Denominator">The denominator; positive in each valid ratio.</param>
public readonly record struct Rational(int Numerator, int Denominator) : IComparable<Rational>
{
    /// <summary>True if the denominator is positive.</summary>
    public bool IsValid => Denominator > 0;

    /// <summary>True if the ratio is valid and positive, as required for time bases and rates.</summary>
    public bool IsPositive => Numerator > 0 && Denominator > 0;

    /// <summary>Returns the inverse: the frame duration for a frame rate, the sample rate for a sample time base.</summary>
    /// <exception cref="InvalidOperationException">The ratio is not positive.</exception>
    public Rational Inverse => IsPositive
        ? new Rational(Denominator, Numerator)
        : throw new InvalidOperationException($"The ratio {this} cannot be inverted to a rate or time base; it must be positive.");

    /// <summary>Returns the same value in lowest terms.</summary>
    public Rational Reduce()
    {
        if (!IsValid)
        {
            return this;
        }

        long a = Math.Abs((long)Numerator), b = Denominator;
        while (b != 0)
        {
            (a, b) = (b, a % b);
        }

        return a <= 1 ? this : new Rational((int)(Numerator / a), (int)(Denominator / a));
    }

    /// <summary>Returns the nearest double; for display and estimation, never for time stamps.</summary>
    public double ToDouble() => (double)Numerator / Denominator;

    /// <summary>Compares by value, exactly.</summary>
    public int CompareTo(Rational other) =>
        ((long)Numerator * other.Denominator).CompareTo((long)other.Numerator * Denominator);

    /// <summary>True if the left value is below the right one.</summary>
    public static bool operator <(Rational left, Rational right) => left.CompareTo(right) < 0;

    /// <summary>True if the left value is above the right one.</summary>
    public static bool operator >(Rational left, Rational right) => left.CompareTo(right) > 0;

    /// <summary>True if the left value is at most the right one.</summary>
    public static bool operator <=(Rational left, Rational right) => left.CompareTo(right) <= 0;

    /// <summary>True if the left value is at least the right one.</summary>
    public static bool operator >=(Rational left, Rational right) => left.CompareTo(right) >= 0;

    /// <summary>Returns the ratio as "30000/1001".</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Numerator}/{Denominator}");
}
