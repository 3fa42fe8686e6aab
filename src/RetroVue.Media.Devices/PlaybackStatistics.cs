using RetroVue.Media.Time;

namespace RetroVue.Media.Devices;

/// <summary>What a clocked sound sink has done since its pipeline started; counts are of frames, one sample of each channel.</summary>
/// <param name="Played">Given to the device, inserted silence included.</param>
/// <param name="Silence">Inserted where the stream had a hole, or to meet its time.</param>
/// <param name="Dropped">Left out because they came too late, overlapped what was there, or no device was there to play them.</param>
/// <param name="Starved">
/// Silence that was heard for want of sound, from the first frame on; of PipeWire only, since a device of ALSA's stops instead.
/// </param>
/// <param name="Interruptions">Times that the device stopped: ran empty, was suspended, or was lost.</param>
/// <param name="Error">
/// How much too late the last buffer would have been heard, were nothing put in or left out for it; negative where too early. None before
/// the first.
/// </param>
/// <param name="Drift">How much faster than CLOCK_MONOTONIC the device runs, in parts per million; NaN while not known.</param>
public readonly record struct PlaybackStatistics(
    long Played,
    long Silence,
    long Dropped,
    long Starved,
    long Interruptions,
    ClockTime Error,
    double Drift);
