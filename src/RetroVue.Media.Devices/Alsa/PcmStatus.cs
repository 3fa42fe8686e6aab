using RetroVue.Media.Time;

namespace RetroVue.Media.Devices.Alsa;

/// <summary>What a sound device says of itself at one moment (snd_pcm_status_t).</summary>
/// <param name="State">SND_PCM_STATE_*.</param>
/// <param name="Time">CLOCK_MONOTONIC at which <paramref name="Delay"/> and <paramref name="Available"/> held; zero if not told.</param>
/// <param name="Delay">
/// Frames between the application and the world: captured and not yet read, or written and not yet heard, those in the hardware included.
/// </param>
/// <param name="Available">Frames that can be read, or for which there is room, now.</param>
internal readonly record struct PcmStatus(int State, ClockTime Time, long Delay, long Available);
