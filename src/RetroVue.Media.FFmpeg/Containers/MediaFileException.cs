namespace RetroVue.Media.FFmpeg.Containers;

/// <summary>
/// A media file, or a URL in its place, cannot be opened, read or written. The message names it, says what is wrong and what to do about
/// it; where FFmpeg refused it ends with FFmpeg's last line, and FFmpeg's own error is the inner exception. It is transient where a network or
/// a disk did not answer; the inner exception is a <see cref="TimeoutException"/> where a disk has not.
/// </summary>
public sealed class MediaFileException : FFmpegException
{
    internal MediaFileException(string path, string problem, Exception? inner = null)
        : base(inner is FFmpegException { LastLine: { } line } ? $"'{path}' {problem} FFmpeg says: {line}" : $"'{path}' {problem}", inner) => Path = path;

    /// <summary>The file, as it was named; a URL without the user, password and passphrase that may be in it.</summary>
    public string Path { get; }
}
