using RetroVue.Media.Time;

namespace RetroVue.Media.Devices.PipeWire;

/// <summary>The time at which a buffer was captured.</summary>
/// <param name="At">CLOCK_MONOTONIC at its start; for sound, at its first sample.</param>
/// <param name="Uncertainty">The uncertainty of that time.</param>
/// <param name="IsEstimated">True if there was no time and it was estimated from the arrival of buffers.</param>
internal readonly record struct CaptureTime(ClockTime At, ClockTime Uncertainty, bool IsEstimated);
