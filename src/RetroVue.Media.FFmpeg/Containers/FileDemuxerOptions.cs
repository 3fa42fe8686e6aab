using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.FFmpeg.Containers;

/// <summary>What a <see cref="FileDemuxer"/> reads, and where that stands in running time. Immutable.</summary>
public sealed record FileDemuxerOptions
{
    /// <summary>Where to start, counted from the file's own zero (<see cref="MediaInfo.StartTime"/>).</summary>
    public ClockTime StartAt { get; init; }

    /// <summary>Where to stop, exclusive, counted as <see cref="StartAt"/>; None: at the end.</summary>
    public ClockTime StopAt { get; init; } = ClockTime.None;

    /// <summary>The running time at which <see cref="StartAt"/> is presented.</summary>
    public ClockTime RunningTimeOffset { get; init; }

    /// <summary>Whether the picture is read.</summary>
    public bool Video { get; init; } = true;

    /// <summary>Whether the sound is read.</summary>
    public bool Audio { get; init; } = true;

    /// <summary>Which of the file's streams are read, where it has several.</summary>
    public StreamChoice Streams { get; init; } = StreamChoice.Best;

    /// <summary>Where reading runs: with other files', from which a disc that hangs parts it; give slow ones a thread of their own.</summary>
    public StepPlacement Placement { get; init; } = StepPlacement.Reading;

    /// <summary>
    /// Where opened files are kept: the file is taken from there where it is to be read from the middle, and goes there when the demuxer
    /// is disposed of. Null: it is opened and closed.
    /// </summary>
    public InputShelf? Shelf { get; init; }

    /// <summary>How long opening may take, in real time, before it is given up; None: as long as it takes.</summary>
    public ClockTime OpenLimit { get; init; } = ClockTime.FromSeconds(10);
}
