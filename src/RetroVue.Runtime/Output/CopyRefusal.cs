using RetroVue.Media.FFmpeg.Containers;

namespace RetroVue.Runtime.Output;

/// <summary>A file that cannot air as it is encoded together with the others.</summary>
/// <param name="File">The file.</param>
/// <param name="Reason">The reason, to be read after the file's name: "has 1280x720 pictures; the channel has 640x360 pictures".</param>
public sealed record CopyRefusal(string File, string Reason)
{
    /// <summary>The choice among the file's streams.</summary>
    public StreamChoice Streams { get; init; } = StreamChoice.Best;
}
