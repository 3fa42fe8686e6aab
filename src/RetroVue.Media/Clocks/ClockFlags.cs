namespace RetroVue.Media.Clocks;

/// <summary>
/// The capabilities of a clock, and the origin of its time. Test combinations with the semantics of <see cref="Enum.HasFlag"/>: all bits.
/// </summary>
[Flags]
public enum ClockFlags : uint
{
    /// <summary>Nothing known.</summary>
    None = 0,

    /// <summary>May be elected the reference of a pipeline.</summary>
    CanBeMaster = 1,

    /// <summary>Can be slaved to another clock.</summary>
    CanSetMaster = 2,

    /// <summary>Counts the ticks of a hardware oscillator other than the CPU's.</summary>
    Hardware = 4,

    /// <summary>Follows a clock across a network.</summary>
    Network = 8,

    /// <summary>Advances with the real-time consumption or production of media.</summary>
    Realtime = 16,
}
