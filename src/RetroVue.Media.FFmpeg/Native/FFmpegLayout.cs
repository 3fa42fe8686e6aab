using RetroVue.Media.FFmpeg.Interop;

namespace RetroVue.Media.FFmpeg.Native;

/// <summary>
/// Chooses the offsets of fields by the release that was loaded. The generated structs keep them in <c>static readonly</c> fields, which
/// the JIT turns into constants.
/// </summary>
internal static class FFmpegLayout
{
    /// <summary>A field's offset in the loaded release; -1 where that has no such field.</summary>
    /// <param name="changes">Offsets by the release from which on they hold, oldest first.</param>
    public static int Offset(ReadOnlySpan<(FFmpegRelease Release, int Offset)> changes) => Offset(changes, FFmpegLibrary.Loaded.Release);

    /// <summary>A field's offset in any release.</summary>
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

    /// <summary>The offset, which must be one.</summary>
    /// <exception cref="NotSupportedException">The loaded release has no such field.</exception>
    public static int Existing(int offset, string field) => offset >= 0
        ? offset
        : throw new NotSupportedException($"FFmpeg {FFmpegLibrary.Release} has no {field}.");
}
