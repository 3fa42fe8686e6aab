using RetroVue.Media.Formats;
using RetroVue.Media.Time;

namespace RetroVue.Media.FFmpeg.Containers;

/// <summary>What a stream of a file becomes in its middle.</summary>
/// <param name="At">When the change was seen, on the line of the file's own zero: if a file is not read whole, it may be earlier.</param>
/// <param name="Format">The stream from there on.</param>
public sealed record ChangedFormat(ClockTime At, EncodedFormat Format);
