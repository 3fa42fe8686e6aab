namespace RetroVue.Media.Clocks;

/// <summary>The ranges of <see cref="IClockProvider.ClockPriority"/>; a higher number is preferred.</summary>
public static class ClockPriorities
{
    /// <summary>0 to 99: clocks of the operating system.</summary>
    public const int Software = 0;

    /// <summary>100 to 199: devices that count media, such as sound cards.</summary>
    public const int Hardware = 100;

    /// <summary>200 to 299: clocks that follow a network, such as NTP.</summary>
    public const int Network = 200;

    /// <summary>300 and more: precision clocks, such as PTP.</summary>
    public const int Precision = 300;
}
