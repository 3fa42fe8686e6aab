using RetroVue.Media.Formats;

namespace RetroVue.Runtime.Output;

/// <summary>The formats of pictures and sound before encoding: one size, rate and layout for all items.</summary>
/// <param name="Video">The picture, with a frame rate; null for a channel that has only sound.</param>
/// <param name="Audio">The sound; null without sound.</param>
public sealed record RawFormats(VideoFormat? Video, AudioFormat? Audio);
