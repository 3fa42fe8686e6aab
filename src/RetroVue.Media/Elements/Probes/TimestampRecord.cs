using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.Elements.Probes;

/// <summary>The times of one buffer that passed a <see cref="TimestampProbe"/>.</summary>
/// <param name="Pts">Presentation time.</param>
/// <param name="Dts">Decoding time.</param>
/// <param name="Duration">Duration.</param>
/// <param name="RunningTime">Presentation in running time.</param>
/// <param name="SeenAt">The pipeline's running time when the buffer passed; None before the pipeline runs.</param>
/// <param name="Sequence">The source's running number.</param>
/// <param name="Flags">The buffer's flags.</param>
/// <param name="Length">Bytes of the first plane; zero if it is not mappable.</param>
public readonly record struct TimestampRecord(
    ClockTime Pts,
    ClockTime Dts,
    ClockTime Duration,
    ClockTime RunningTime,
    ClockTime SeenAt,
    long Sequence,
    BufferFlags Flags,
    int Length);
