using RetroVue.Media.Formats;

namespace RetroVue.Runtime.Output;

/// <summary>What a transcoded channel is encoded from: raw pictures and sound at one size and rate, whatever the items are.</summary>
/// <param name="Video">The picture, with a frame rate; null for a channel of sound alone.</param>
/// <param name="Audio">The sound, in planar floats; null for a channel without sound.</param>
public sealed record TranscodeProfile(VideoFormat? Video, AudioFormat? Audio);
