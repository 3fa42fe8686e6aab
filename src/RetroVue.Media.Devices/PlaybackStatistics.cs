using RetroVue.Media.Time;

namespace RetroVue.Media.Devices;

/// <summary>The statistics of a clocked sound sink since its pipeline started; counts are of frames, one sample of each channel.</summary>
/// <param name="Played">Frames written to the device, including inserted silence.</param>
/// <param name="Silence">Frames of silence that were inserted because the stream had a gap, or to correct its time.</param>
/// <param name="Dropped">Frames dropped because they were too late, overlapped earlier ones, or there was no device to play them.</param>
/// <param name="Starved">
/// Frames of silence that were heard because of missing sound, from the first frame on; only for PipeWire, because an ALSA device stops
/// instead.
/// </param>
/// <param name="Interruptions">The number of times that the device stopped: it ran empty, was suspended, or was lost.</param>
/// <param name="Error">
/// How much too late the last buffer would have been heard without insertions and drops; negative if too early. None before the first.
/// </param>
/// <param name="Drift">How much faster than CLOCK_MONOTONIC the device is, in parts per million; NaN while not known.</param>
public readonly record struct PlaybackStatistics(
    long Played,
    long Silence,
    long Dropped,
    long Starved,
    long Interruptions,
    ClockTime Error,
    double Drift);
