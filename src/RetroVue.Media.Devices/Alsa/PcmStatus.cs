using RetroVue.Media.Time;

namespace RetroVue.Media.Devices.Alsa;

/// <summary>The status of a sound device at one moment (snd_pcm_status_t).</summary>
/// <param name="State">SND_PCM_STATE_*.</param>
/// <param name="Time">CLOCK_MONOTONIC at which <paramref name="Delay"/> and <paramref name="Available"/> were true; zero if not
/// known.</param>
/// <param name="Delay">
/// The number of frames captured and not yet read, or written and not yet heard, including those in the hardware.
/// </param>
/// <param name="Available">The number of frames that can be read now, or for which there is room now.</param>
internal readonly record struct PcmStatus(int State, ClockTime Time, long Delay, long Available);
