using RetroVue.Media.Time;

namespace RetroVue.Media.Devices.Alsa;

/// <summary>What a clocked sound sink has done since its pipeline started; counts are of frames.</summary>
/// <param name="Played">Written to the device, inserted silence included.</param>
/// <param name="Silence">Inserted where the stream had a hole, or to meet its time.</param>
/// <param name="Dropped">Left out because they came too late, or overlapped what was there.</param>
/// <param name="Interruptions">Times that the device ran empty or was suspended.</param>
/// <param name="Error">How far from its time the last buffer was written; within the sink's tolerance. None before the first.</param>
/// <param name="Drift">How much faster than CLOCK_MONOTONIC the device runs, in parts per million; NaN while not known.</param>
public readonly record struct PlaybackStatistics(
    long Played,
    long Silence,
    long Dropped,
    long Interruptions,
    ClockTime Error,
    double Drift);
