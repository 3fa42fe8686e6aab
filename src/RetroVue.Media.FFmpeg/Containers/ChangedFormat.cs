using RetroVue.Media.Formats;
using RetroVue.Media.Time;

namespace RetroVue.Media.FFmpeg.Containers;

/// <summary>A change of a stream's format in the middle of a file.</summary>
/// <param name="At">When the change was seen, from the file's own zero. If not all of the file is read, the change may be earlier.</param>
/// <param name="Format">The stream from there on.</param>
public sealed record ChangedFormat(ClockTime At, EncodedFormat Format);
