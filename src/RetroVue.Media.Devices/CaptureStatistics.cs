using RetroVue.Media.Time;

namespace RetroVue.Media.Devices;

/// <summary>What a live source has seen since its pipeline started.</summary>
/// <param name="Buffers">Buffers given out.</param>
/// <param name="Lost">Frames of sound, or pictures, that the device captured and nobody got: overruns and gaps in the driver's count.</param>
/// <param name="BeforeStart">Buffers that were captured before running time zero, and left out.</param>
/// <param name="Estimated">Buffers whose time had to be estimated; each is marked <see cref="Pipelines.BufferFlags.EstimatedTime"/>.</param>
/// <param name="Lateness">How long after its capture the last buffer was given out, by CLOCK_MONOTONIC; None before the first.</param>
/// <param name="Drift">How much faster than CLOCK_MONOTONIC the device runs, in parts per million; NaN while not known.</param>
public readonly record struct CaptureStatistics(
    long Buffers,
    long Lost,
    long BeforeStart,
    long Estimated,
    ClockTime Lateness,
    double Drift);
