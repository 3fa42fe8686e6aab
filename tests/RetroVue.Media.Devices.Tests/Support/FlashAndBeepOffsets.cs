using System.Globalization;
using RetroVue.Media.Time;

namespace RetroVue.Media.Devices.Tests.Support;

/// <summary>The seconds from each flash to the beep of the same instant; above zero if the sound's PTS is later.</summary>
internal sealed record FlashAndBeepOffsets(IReadOnlyList<double> Seconds)
{
    /// <summary>The length of a beep. A flash and a beep that are further apart do not belong together.</summary>
    public static ClockTime Beep => ClockTime.FromMilliseconds(100);

    public int Count => Seconds.Count;

    public double Mean => Seconds.DefaultIfEmpty(double.NaN).Average();

    public double Rms => Math.Sqrt(Seconds.DefaultIfEmpty(double.NaN).Average(offset => offset * offset));

    public double Worst => Seconds.DefaultIfEmpty(double.NaN).Max(Math.Abs);

    /// <summary>Computes the offsets from the times of flashes and of beeps, in seconds on one line.</summary>
    public static FlashAndBeepOffsets Between(IReadOnlyList<double> flashes, IReadOnlyList<double> beeps) => new(
    [
        .. from flash in flashes
           let offset = beeps.Select(beep => beep - flash).MinBy(Math.Abs)
           where Math.Abs(offset) < Beep.Nanoseconds / 1e9
           select offset,
    ]);

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Count} flashes, beeps later by {Mean * 1e3:F3} ms on average, rms {Rms * 1e3:F3} ms, worst {Worst * 1e3:F3} ms");
}
