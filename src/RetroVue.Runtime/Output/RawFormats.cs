using RetroVue.Media.Formats;

namespace RetroVue.Runtime.Output;

/// <summary>Pictures and sound before they are encoded: of one size, rate and layout, whatever the items are.</summary>
/// <param name="Video">The picture, with a frame rate; null for sound alone.</param>
/// <param name="Audio">The sound; null without sound.</param>
public sealed record RawFormats(VideoFormat? Video, AudioFormat? Audio);
