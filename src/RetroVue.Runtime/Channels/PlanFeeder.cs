using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using NodaTime;
using RetroVue.Runtime.Producers;
using RetroVue.Runtime.Schedules;
using RetroVue.Runtime.Time;

namespace RetroVue.Runtime.Channels;

/// <summary>Keeps one producer supplied with what the schedule says comes.</summary>
/// <remarks>For one caller at a time.</remarks>
/// <param name="schedules">Says what comes.</param>
/// <param name="channel">The channel.</param>
/// <param name="horizon">How far ahead the producer is told. It is told again when half of that is left.</param>
/// <param name="logger">Where it says that the schedule has no answer.</param>
internal sealed class PlanFeeder(IScheduleService schedules, Channel channel, Duration horizon, ILogger logger)
{
    private static readonly Duration s_margin = Duration.FromMilliseconds(100);

    private Instant _plannedUntil;
    private long _generation;

    /// <summary>The plan of a producer that begins at an instant, which may be before now: it reaches as far as the horizon.</summary>
    /// <param name="startAt">The instant.</param>
    /// <param name="now">Station time.</param>
    public PlayoutPlan Begin(Instant startAt, Instant now)
    {
        _generation = schedules.GetGeneration(channel.Id);
        Instant first = schedules.GetAiring(channel.Id, startAt).Entry.Start;
        PlayoutPlan plan = schedules.GetPlan(channel.Id, first, Instant.Max(startAt, now) + horizon);
        _plannedUntil = plan.End;
        return plan;
    }

    /// <summary>
    /// Tells the producer more of the plan if it needs it, and the plan anew if the schedule has changed. If the schedule has no answer it is asked
    /// again the next time.
    /// </summary>
    public async Task SupplyAsync(IProducer producer, Instant now, CancellationToken stop)
    {
        try
        {
            if (schedules.GetGeneration(channel.Id) != _generation)
            {
                Replace(producer, now);
            }

            if (now + (horizon / 2) <= _plannedUntil)
            {
                return;
            }

            ImmutableArray<PlayoutEntry> entries = schedules.GetPlan(channel.Id, _plannedUntil, now + horizon).Entries;
            if (schedules.GetGeneration(channel.Id) != _generation)
            {
                // It has changed just now. The next time will do.
                return;
            }

            foreach (PlayoutEntry entry in entries)
            {
                await producer.PlayContentAsync(entry.From(_plannedUntil), stop).ConfigureAwait(false);
                _plannedUntil = entry.End;
            }
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // There are hours left to find out what comes.
            RuntimeLog.NoPlan(logger, channel.ShortName, exception);
        }
    }

    /// <summary>
    /// Replaces the plan from as near as the producer can. If an entry has just been opened that begins then, the next time, a second later, will do.
    /// </summary>
    private void Replace(IProducer producer, Instant now)
    {
        // What passes until the producer looks at its own clock.
        Instant from = now + producer.PrepareLead.ToDuration() + s_margin;
        long generation = schedules.GetGeneration(channel.Id);
        if (from > _plannedUntil)
        {
            _generation = generation;
            return;
        }

        // Counted from there, for the horizon may be nearer than that.
        PlayoutPlan plan = schedules.GetPlan(channel.Id, from, from + horizon);
        if (producer.ReplacePlan(plan, from))
        {
            (_plannedUntil, _generation) = (plan.End, generation);
        }
    }
}
