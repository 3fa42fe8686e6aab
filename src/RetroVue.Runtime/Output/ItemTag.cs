using RetroVue.Runtime.Schedules;

namespace RetroVue.Runtime.Output;

/// <summary>
/// The entry and the producer of an item. The tag goes with each of the item's pictures and packets of sound through grids and encoders to
/// the transport stream's writer, which uses it to report the airing (<see cref="AiringReport"/>).
/// </summary>
/// <remarks>
/// Thread-safe. Two items have two tags, even if they air the same entry: each is an airing of its own.
/// </remarks>
/// <param name="entry">The entry of the schedule that the item airs, or replaces.</param>
/// <param name="producer">The id of the producer that airs it.</param>
/// <param name="isSlate">True for a slate, including one that replaces an entry that cannot be aired.</param>
public sealed class ItemTag(PlayoutEntry entry, string producer, bool isSlate)
{
    private volatile string? _failure;

    /// <summary>The entry of the schedule that the item airs, or replaces, as it was planned when the item was opened.</summary>
    public PlayoutEntry Entry { get; } = entry;

    /// <summary>The id of the producer that airs it.</summary>
    public string Producer { get; } = producer;

    /// <summary>True for a slate, including one that replaces an entry that cannot be aired.</summary>
    public bool IsSlate { get; } = isSlate;

    /// <summary>Why the item ended before its time, in one line for people; null if it did not.</summary>
    public string? Failure => _failure;

    /// <summary>Sets the reason why the item ends before its time.</summary>
    internal void Fail(string reason) => _failure = reason;
}
