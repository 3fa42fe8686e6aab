namespace RetroVue.Media.FFmpeg.Containers;

/// <summary>
/// A media file or a URL cannot be opened, read or written. The message names it, the problem and the remedy. If FFmpeg reported the error,
/// the message ends with FFmpeg's last line, and the inner exception is FFmpeg's error. It is transient if a network or
/// a disk did not answer; if it was a disk, the inner exception is a <see cref="TimeoutException"/>.
/// </summary>
public sealed class MediaFileException : FFmpegException
{
    internal MediaFileException(string path, string problem, Exception? inner = null)
        : base(inner is FFmpegException { LastLine: { } line } ? $"'{path}' {problem} FFmpeg says: {line}" : $"'{path}' {problem}", inner) => Path = path;

    /// <summary>The path as it was given; a URL without its user, password and passphrase.</summary>
    public string Path { get; }
}
