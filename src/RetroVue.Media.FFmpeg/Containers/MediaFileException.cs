namespace RetroVue.Media.FFmpeg.Containers;

/// <summary>
/// A media file cannot be opened, read or written. The message names the file, says what is wrong and what to do about it; where
/// FFmpeg refused, with its last line, and its own error is the inner exception.
/// </summary>
public sealed class MediaFileException : Exception
{
    internal MediaFileException(string path, string problem, Exception? inner = null)
        : base(inner is FFmpegException { LastLine: { } line } ? $"'{path}' {problem} FFmpeg says: {line}" : $"'{path}' {problem}", inner) => Path = path;

    /// <summary>The file, as it was named.</summary>
    public string Path { get; }
}
