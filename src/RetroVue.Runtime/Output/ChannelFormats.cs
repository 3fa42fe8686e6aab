using RetroVue.Media.Formats;

namespace RetroVue.Runtime.Output;

/// <summary>The formats of a channel's streams; they never change.</summary>
/// <param name="Video">The picture's codec and its parameters; null for a channel that has only sound.</param>
/// <param name="Audio">The sound's codec and its parameters; null for a channel without sound.</param>
public sealed record ChannelFormats(EncodedFormat? Video, EncodedFormat? Audio);
