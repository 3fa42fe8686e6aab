using NodaTime;
using RetroVue.Media.Time;
using RetroVue.Runtime.Schedules;

namespace RetroVue.Runtime.Producers;

/// <summary>
/// What makes a channel's content: it executes the plan it is given and nothing else. It asks no schedule and picks no content.
/// </summary>
/// <remarks>
/// Prepared, started and stopped once each, in that order, by the channel's manager. Follows the producer protocol of RetroVue's
/// ProgramDirector document.
/// </remarks>
public interface IProducer : IAsyncDisposable
{
    /// <summary>Tells this producer from every other, in logs and the as-run log.</summary>
    string Id { get; }

    /// <summary>Where the producer is in its life.</summary>
    ProducerState State { get; }

    /// <summary>How well it does.</summary>
    ProducerHealth Health { get; }

    /// <summary>Why <see cref="Health"/> is less than good, in one line for people; null if it is good or there is nothing to say.</summary>
    string? HealthReason => null;

    /// <summary>Where viewers find the stream, relative to the station's address: the channel output's, whoever produces.</summary>
    Uri StreamEndpoint { get; }

    /// <summary>
    /// Completes when the producer has nothing more to do: it was stopped, or another one is on the air in its place. Fails if it cannot go on;
    /// the output goes on without it.
    /// </summary>
    Task Completion { get; }

    /// <summary>How long before its time an entry is opened. From so far ahead a plan can be replaced.</summary>
    ClockTime PrepareLead { get; }

    /// <summary>Opens what airs at an instant and holds its first frame.</summary>
    /// <param name="plan">What is to be aired; it contains the instant.</param>
    /// <param name="startAt">Where to begin, in station time.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ArgumentException">The plan does not contain the instant.</exception>
    Task PrepareAsync(PlayoutPlan plan, Instant startAt, CancellationToken cancellationToken = default);

    /// <summary>Begins to fill its feed with what it has opened. The channel decides when the feed is on the air.</summary>
    /// <exception cref="InvalidOperationException">It has not been prepared.</exception>
    Task StartAsync(CancellationToken cancellationToken = default);

    /// <summary>Adds what airs after the last entry given so far.</summary>
    /// <param name="entry">The entry; it starts where the last one ends.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ArgumentException">It does not.</exception>
    Task PlayContentAsync(PlayoutEntry entry, CancellationToken cancellationToken = default);

    /// <summary>
    /// Lets another plan hold from an instant on. What is on the air at that instant goes on without a break if the other plan has the same entry
    /// there (<see cref="PlayoutEntry.IsSameAs"/>), for as long as that plan says. If the plan has another entry there, what is on the air ends at
    /// the instant, exactly at a frame, and the other entry begins.
    /// </summary>
    /// <param name="plan">What is to be aired; it contains the instant. Entries that have begun before it air from the middle.</param>
    /// <param name="from">The first instant for which it holds.</param>
    /// <returns>
    /// False, and nothing changes, if the instant is nearer than <see cref="PrepareLead"/>, or so shortly after the start of an entry that has been
    /// opened that what follows it could not be opened in time: two seconds. A second later it may do.
    /// </returns>
    /// <exception cref="ArgumentException">The plan does not contain the instant, or the plan so far ends before it.</exception>
    /// <exception cref="InvalidOperationException">The producer has not been prepared.</exception>
    bool ReplacePlan(PlayoutPlan plan, Instant from);

    /// <summary>Goes off the air and releases everything; harmless when it is not on it.</summary>
    Task StopAsync();
}
