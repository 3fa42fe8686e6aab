using RetroVue.Media.Time;

namespace RetroVue.Media.Elements.Flow;

/// <summary>How much a <see cref="BufferQueue"/> holds before it is full: either limit counts.</summary>
/// <param name="Buffers">The number of buffers and events; at least 1.</param>
/// <param name="Duration">The stretch of decoding times from the oldest to the newest buffer; None for no such limit.</param>
public readonly record struct QueueLimits(int Buffers, ClockTime Duration)
{
    /// <summary>Two hundred buffers, whatever their duration.</summary>
    public static QueueLimits Default => new(200, ClockTime.None);
}
