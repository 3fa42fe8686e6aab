using RetroVue.Media.FFmpeg.Interop;

namespace RetroVue.Media.FFmpeg.Native;

/// <summary>
/// Chooses the offsets of fields for the loaded release. The generated structs keep them in <c>static readonly</c> fields, which the JIT
/// turns into constants.
/// </summary>
internal static class FFmpegLayout
{
    /// <summary>Returns a field's offset in the loaded release; -1 if the release does not have the field.</summary>
    /// <param name="changes">The offsets, each with the first release in which it is valid, oldest first.</param>
    public static int Offset(ReadOnlySpan<(FFmpegRelease Release, int Offset)> changes) => Offset(changes, FFmpegLibrary.Loaded.Release);

    /// <summary>Returns a field's offset in any release.</summary>
    public static int Offset(ReadOnlySpan<(FFmpegRelease Release, int Offset)> changes, FFmpegRelease release)
    {
        var offset = -1;
        foreach (var change in changes)
        {
            if (change.Release <= release)
            {
                offset = change.Offset;
            }
        }

        return offset;
    }

    /// <summary>Returns an offset that must exist.</summary>
    /// <exception cref="NotSupportedException">The loaded release does not have the field.</exception>
    public static int Existing(int offset, string field) => offset >= 0
        ? offset
        : throw new NotSupportedException($"FFmpeg {FFmpegLibrary.Release} has no field {field}.");
}
