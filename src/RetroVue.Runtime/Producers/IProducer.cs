using NodaTime;
using RetroVue.Media.Time;
using RetroVue.Runtime.Schedules;

namespace RetroVue.Runtime.Producers;

/// <summary>
/// Makes a channel's content: it executes the plan that it is given, and nothing else. It does not read the schedule and does not choose
/// content.
/// </summary>
/// <remarks>
/// Prepared, started and stopped once each, in that order, by the channel's manager. Follows the producer protocol of RetroVue's
/// ProgramDirector document.
/// </remarks>
public interface IProducer : IAsyncDisposable
{
    /// <summary>A unique id, for logs and the as-run log.</summary>
    string Id { get; }

    /// <summary>The state of the producer.</summary>
    ProducerState State { get; }

    /// <summary>The health of the producer.</summary>
    ProducerHealth Health { get; }

    /// <summary>
    /// Why <see cref="Health"/> is less than good, in one line for people; null if it is good or the reason is not known.
    /// </summary>
    string? HealthReason => null;

    /// <summary>The address of the channel's stream, relative to the station's address; all producers of a channel have the same.</summary>
    Uri StreamEndpoint { get; }

    /// <summary>
    /// Completes when the producer has nothing more to do: it was stopped, or another producer has taken over. Fails if the producer cannot
    /// go on; the output goes on without it.
    /// </summary>
    Task Completion { get; }

    /// <summary>
    /// How long before its time an entry is opened. A plan can be replaced only from an instant that is at least so far ahead.
    /// </summary>
    ClockTime PrepareLead { get; }

    /// <summary>Opens the entry of an instant and holds its first frame.</summary>
    /// <param name="plan">The plan; it contains the instant.</param>
    /// <param name="startAt">The instant at which to begin, in station time.</param>
    /// <param name="cancellationToken">Cancels the preparation.</param>
    /// <exception cref="ArgumentException">The plan does not contain the instant.</exception>
    Task PrepareAsync(PlayoutPlan plan, Instant startAt, CancellationToken cancellationToken = default);

    /// <summary>Begins to fill the producer's feed with the opened item. The channel decides when the feed goes on the air.</summary>
    /// <exception cref="InvalidOperationException">The producer has not been prepared.</exception>
    Task StartAsync(CancellationToken cancellationToken = default);

    /// <summary>Adds an entry after the last one of the plan.</summary>
    /// <param name="entry">The entry; it starts where the last one ends.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="ArgumentException">The entry does not start where the last one ends.</exception>
    Task PlayContentAsync(PlayoutEntry entry, CancellationToken cancellationToken = default);

    /// <summary>
    /// Replaces the plan from an instant on. If both plans have the same entry at that instant (<see cref="PlayoutEntry.IsSameAs"/>), it
    /// goes on without a break, until the end that the new plan gives it. If not, the old entry ends at the instant, exactly at a frame,
    /// and the new entry begins.
    /// </summary>
    /// <param name="plan">The new plan; it contains the instant. Entries that have begun before the instant air from the middle.</param>
    /// <param name="from">The first instant for which the new plan holds.</param>
    /// <returns>
    /// False, without any change, if the instant is nearer than <see cref="PrepareLead"/>, or less than two seconds after the start of an
    /// entry that has been opened: then the next entry could not be opened in time. A call one second later may succeed.
    /// </returns>
    /// <exception cref="ArgumentException">The new plan does not contain the instant, or the old plan ends before it.</exception>
    /// <exception cref="InvalidOperationException">The producer has not been prepared.</exception>
    bool ReplacePlan(PlayoutPlan plan, Instant from);

    /// <summary>Goes off the air and releases everything. Does no harm if the producer is not on the air.</summary>
    Task StopAsync();
}
