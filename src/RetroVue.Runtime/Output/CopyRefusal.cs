using RetroVue.Media.FFmpeg.Containers;

namespace RetroVue.Runtime.Output;

/// <summary>A file that cannot be aired as it is encoded among the others.</summary>
/// <param name="File">The file.</param>
/// <param name="Reason">Why not, to be read after the file's name: "has 1280x720 pictures, the channel 640x360".</param>
public sealed record CopyRefusal(string File, string Reason)
{
    /// <summary>Which of the file's streams were looked at.</summary>
    public StreamChoice Streams { get; init; } = StreamChoice.Best;
}
