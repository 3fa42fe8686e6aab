using RetroVue.Media.Pipelines;

namespace RetroVue.Media.FFmpeg.Containers;

/// <summary>How a <see cref="FileMuxer"/> writes. Immutable.</summary>
public sealed record FileMuxerOptions
{
    /// <summary>The container by FFmpeg's short name: "mp4", "matroska", "mpegts"; null: as the file's extension says.</summary>
    public string? Container { get; init; }

    /// <summary>Whether an mp4's index is moved to its front when it is finished, so that it plays while it downloads. Writes it twice.</summary>
    public bool FastStart { get; init; }

    /// <summary>Where writing runs; on a thread of its own unless told otherwise, for discs may block.</summary>
    public StepPlacement Placement { get; init; } = StepPlacement.OwnThread;
}
