using RetroVue.Runtime.Schedules;

namespace RetroVue.Runtime.Output;

/// <summary>
/// Whose pictures and sound these are: an item carries it, and it goes with each picture and each packet of sound through grids and encoders to the
/// transport stream, which reports by it what was aired when (<see cref="AiringReport"/>).
/// </summary>
/// <remarks>
/// Thread-safe. Two items have two tags, also if they air the same entry: each stretch on the air is an airing of its own.
/// </remarks>
/// <param name="entry">What of the schedule it airs, or stands for.</param>
/// <param name="producer">The id of the producer that airs it.</param>
/// <param name="isSlate">True for a slate, also in the place of an entry that cannot be aired.</param>
public sealed class ItemTag(PlayoutEntry entry, string producer, bool isSlate)
{
    private volatile string? _failure;

    /// <summary>What of the schedule the item airs, or stands for, as it was planned when the item was opened.</summary>
    public PlayoutEntry Entry { get; } = entry;

    /// <summary>The id of the producer that airs it.</summary>
    public string Producer { get; } = producer;

    /// <summary>True for a slate, also in the place of an entry that cannot be aired.</summary>
    public bool IsSlate { get; } = isSlate;

    /// <summary>Why the item ended before its time, in one line for people; null if it did not.</summary>
    public string? Failure => _failure;

    /// <summary>Says why the item ends before its time.</summary>
    internal void Fail(string reason) => _failure = reason;
}
