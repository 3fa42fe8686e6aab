using Microsoft.Extensions.Logging;
using NodaTime;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Runtime.Producers;

/// <summary>What a <see cref="SlateSource"/> shows, when, and in which formats.</summary>
internal sealed class SlateOptions
{
    /// <summary>The format of the pictures: Yuv420P, at least 64x48, of a positive rate; null for sound alone.</summary>
    public VideoFormat? Video { get; init; }

    /// <summary>The format of the silence: F32Planar, at most 8 channels; null for pictures alone.</summary>
    public AudioFormat? Audio { get; init; }

    /// <summary>Where the channel's line is zero.</summary>
    public required Instant Epoch { get; init; }

    /// <summary>The zone whose time the clock shows.</summary>
    public required DateTimeZone Zone { get; init; }

    /// <summary>The start, on the channel's line: nothing is presented before it.</summary>
    public required ClockTime From { get; init; }

    /// <summary>The end, on the channel's line, exclusive: nothing is presented at it or later.</summary>
    public required ClockTime Until { get; init; }

    /// <summary>The name of the channel or station, shown above the clock.</summary>
    public required string Name { get; init; }

    /// <summary>What airs next, shown below the clock; nothing is where null.</summary>
    public string? NextTitle { get; init; }

    /// <summary>When that airs; shown only together with <see cref="NextTitle"/>, in hours and minutes of <see cref="Zone"/>.</summary>
    public Instant NextStart { get; init; }

    /// <summary>Where it logs what cannot be drawn; nowhere if null.</summary>
    public ILoggerFactory? LoggerFactory { get; init; }

    /// <summary>Where the source's task runs.</summary>
    public StepPlacement Placement { get; init; }
}
