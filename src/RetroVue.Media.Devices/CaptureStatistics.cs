using RetroVue.Media.Time;

namespace RetroVue.Media.Devices;

/// <summary>The statistics of a live source since its pipeline started.</summary>
/// <param name="Buffers">The number of buffers delivered.</param>
/// <param name="Lost">The number of sound frames or pictures that the device captured but the source did not get: overruns, and gaps in the
/// driver's count.</param>
/// <param name="BeforeStart">The number of buffers dropped because they were captured before running time zero.</param>
/// <param name="Estimated">The number of buffers with an estimated time; each is marked
/// <see cref="Pipelines.BufferFlags.EstimatedTime"/>.</param>
/// <param name="Lateness">The time from the last buffer's capture to its delivery, by CLOCK_MONOTONIC; None before the first.</param>
/// <param name="Drift">How much faster than CLOCK_MONOTONIC the device is, in parts per million; NaN while not known.</param>
public readonly record struct CaptureStatistics(
    long Buffers,
    long Lost,
    long BeforeStart,
    long Estimated,
    ClockTime Lateness,
    double Drift);
