using RetroVue.Media.Formats;

namespace RetroVue.Runtime.Output;

/// <summary>The streams a channel is made of, fixed for its life.</summary>
/// <param name="Video">The picture's codec and its parameters; null for a channel of sound alone.</param>
/// <param name="Audio">The sound's codec and its parameters; null for a channel without sound.</param>
public sealed record ChannelFormats(EncodedFormat? Video, EncodedFormat? Audio);
