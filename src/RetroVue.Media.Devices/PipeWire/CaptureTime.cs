using RetroVue.Media.Time;

namespace RetroVue.Media.Devices.PipeWire;

/// <summary>When a buffer was captured.</summary>
/// <param name="At">CLOCK_MONOTONIC at its start: of sound its first sample.</param>
/// <param name="Uncertainty">How far off that may be.</param>
/// <param name="IsEstimated">True if nothing told it and it was concluded from when buffers arrive.</param>
internal readonly record struct CaptureTime(ClockTime At, ClockTime Uncertainty, bool IsEstimated);
