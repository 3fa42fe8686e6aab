namespace RetroVue.Media.FFmpeg;

/// <summary>
/// The FFmpeg libraries are missing, incomplete, or of a release that this build does not support. The message says what was found, and
/// which package or setting is the remedy. It is not transient.
/// </summary>
public sealed class FFmpegLibraryException : FFmpegException
{
    internal FFmpegLibraryException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
