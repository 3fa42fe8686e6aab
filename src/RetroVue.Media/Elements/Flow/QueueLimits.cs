using RetroVue.Media.Time;

namespace RetroVue.Media.Elements.Flow;

/// <summary>The limits of a <see cref="BufferQueue"/>; it is full when one of them is reached.</summary>
/// <param name="Buffers">The number of buffers and events; at least 1.</param>
/// <param name="Duration">The time from the oldest to the newest decoding time; None for no such limit.</param>
public readonly record struct QueueLimits(int Buffers, ClockTime Duration)
{
    /// <summary>Two hundred buffers, of any duration.</summary>
    public static QueueLimits Default => new(200, ClockTime.None);
}
