using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.FFmpeg.Containers;

/// <summary>The streams and the part that a <see cref="FileDemuxer"/> reads, and its position in running time. Immutable.</summary>
public sealed record FileDemuxerOptions
{
    /// <summary>The beginning of the part, from the file's own zero (<see cref="MediaInfo.StartTime"/>).</summary>
    public ClockTime StartAt { get; init; }

    /// <summary>The end of the part, exclusive, from the file's own zero; None for the file's end.</summary>
    public ClockTime StopAt { get; init; } = ClockTime.None;

    /// <summary>The running time at which <see cref="StartAt"/> is presented.</summary>
    public ClockTime RunningTimeOffset { get; init; }

    /// <summary>True to read the picture.</summary>
    public bool Video { get; init; } = true;

    /// <summary>True to read the sound.</summary>
    public bool Audio { get; init; } = true;

    /// <summary>The choice among the file's streams.</summary>
    public StreamChoice Streams { get; init; } = StreamChoice.Best;

    /// <summary>
    /// The placement of the reading task: by default it shares a thread with other files, until its disk hangs. Give files on slow disks a
    /// thread of their own.
    /// </summary>
    public StepPlacement Placement { get; init; } = StepPlacement.Reading;

    /// <summary>
    /// Keeps opened files: if the file is to be read from the middle, it is taken from this cache, and when the demuxer is disposed of, it
    /// is put there. Null: the file is opened and closed.
    /// </summary>
    public InputCache? Cache { get; init; }

    /// <summary>The longest time for opening, in real time; None for no limit.</summary>
    public ClockTime OpenLimit { get; init; } = ClockTime.FromSeconds(10);
}
