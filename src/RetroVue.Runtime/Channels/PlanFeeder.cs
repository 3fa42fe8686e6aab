using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using NodaTime;
using RetroVue.Runtime.Producers;
using RetroVue.Runtime.Schedules;
using RetroVue.Runtime.Time;

namespace RetroVue.Runtime.Channels;

/// <summary>Gives one producer the schedule's plan, piece by piece.</summary>
/// <remarks>For one caller at a time.</remarks>
/// <param name="schedules">The schedule.</param>
/// <param name="channel">The channel.</param>
/// <param name="horizon">How far ahead the producer knows the plan. It gets more when half of that is left.</param>
/// <param name="logger">Gets a line if the schedule has no answer.</param>
internal sealed class PlanFeeder(IScheduleService schedules, Channel channel, Duration horizon, ILogger logger)
{
    private static readonly Duration s_margin = Duration.FromMilliseconds(100);

    private Instant _plannedUntil;
    private long _generation;

    /// <summary>
    /// Returns the first plan of a producer that begins at an instant, which may be in the past. The plan reaches as far as the horizon.
    /// </summary>
    /// <param name="startAt">The instant.</param>
    /// <param name="now">Station time.</param>
    public PlayoutPlan Begin(Instant startAt, Instant now)
    {
        _generation = schedules.GetGeneration(channel.Id);
        Instant first = schedules.GetPosition(channel.Id, startAt).Entry.Start;
        PlayoutPlan plan = schedules.GetPlan(channel.Id, first, Instant.Max(startAt, now) + horizon);
        _plannedUntil = plan.End;
        return plan;
    }

    /// <summary>
    /// Gives the producer more of the plan if it needs it, and a new plan if the schedule has changed. If the schedule has no answer, the
    /// next call asks again.
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
                // It has changed just now. The next call handles it.
                return;
            }

            foreach (PlayoutEntry entry in entries)
            {
                await producer.PlayContentAsync(entry.From(_plannedUntil), stop).ConfigureAwait(false);
                _plannedUntil = entry.End;
            }
        }
        catch (Exception exception) when (!stop.IsCancellationRequested)
        {
            // There are hours left to find out what follows.
            RuntimeLog.NoPlan(logger, channel.ShortName, exception);
        }
    }

    /// <summary>
    /// Replaces the plan from the nearest instant that the producer accepts. If it has just opened an entry that begins then, the next
    /// call, a second later, replaces the plan.
    /// </summary>
    private void Replace(IProducer producer, Instant now)
    {
        // The time that passes until the producer reads its own clock.
        Instant from = now + producer.PrepareLead.ToDuration() + s_margin;
        long generation = schedules.GetGeneration(channel.Id);
        if (from > _plannedUntil)
        {
            _generation = generation;
            return;
        }

        // Counted from that instant, because the horizon may be nearer than it.
        PlayoutPlan plan = schedules.GetPlan(channel.Id, from, from + horizon);
        if (producer.ReplacePlan(plan, from))
        {
            (_plannedUntil, _generation) = (plan.End, generation);
        }
    }
}
