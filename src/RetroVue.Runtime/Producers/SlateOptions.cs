using Microsoft.Extensions.Logging;
using NodaTime;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Runtime.Producers;

/// <summary>The content, the times and the formats of a <see cref="SlateSource"/>.</summary>
internal sealed class SlateOptions
{
    /// <summary>The format of the pictures: Yuv420P, at least 64x48, with a positive rate; null for sound only.</summary>
    public VideoFormat? Video { get; init; }

    /// <summary>The format of the silence: F32Planar, at most 8 channels; null for pictures only.</summary>
    public AudioFormat? Audio { get; init; }

    /// <summary>The instant at which the channel's line is zero.</summary>
    public required Instant Epoch { get; init; }

    /// <summary>The zone of the local time that the clock shows.</summary>
    public required DateTimeZone Zone { get; init; }

    /// <summary>The start, on the channel's line: nothing is presented before it.</summary>
    public required ClockTime From { get; init; }

    /// <summary>The end, on the channel's line, exclusive: nothing is presented at it or later.</summary>
    public required ClockTime Until { get; init; }

    /// <summary>The name of the channel or station, shown above the clock.</summary>
    public required string Name { get; init; }

    /// <summary>The title of the next entry, shown below the clock; null to show nothing.</summary>
    public string? NextTitle { get; init; }

    /// <summary>
    /// The start of the next entry, in hours and minutes of <see cref="Zone"/>; shown only together with <see cref="NextTitle"/>.
    /// </summary>
    public Instant NextStart { get; init; }

    /// <summary>Makes the logger for characters and text that cannot be drawn; null for no log.</summary>
    public ILoggerFactory? LoggerFactory { get; init; }

    /// <summary>The placement of the source's task.</summary>
    public StepPlacement Placement { get; init; }
}
