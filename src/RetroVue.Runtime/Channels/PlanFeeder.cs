using Microsoft.Extensions.Logging;
using NodaTime;
using RetroVue.Runtime.Producers;
using RetroVue.Runtime.Schedules;

namespace RetroVue.Runtime.Channels;

/// <summary>Keeps one producer supplied with what the schedule says comes.</summary>
/// <remarks>For one caller at a time.</remarks>
/// <param name="schedules">Says what comes.</param>
/// <param name="channel">The channel.</param>
/// <param name="horizon">How far ahead the producer is told. It is told again when half of that is left.</param>
/// <param name="logger">Where it says that the schedule has no answer.</param>
internal sealed class PlanFeeder(IScheduleService schedules, ChannelSchedule channel, Duration horizon, ILogger logger)
{
    private Instant _plannedUntil;

    /// <summary>The plan of a producer that begins at an instant, which may be before now: it reaches as far as the horizon.</summary>
    /// <param name="startAt">The instant.</param>
    /// <param name="now">Station time.</param>
    public PlayoutPlan Begin(Instant startAt, Instant now)
    {
        Instant first = schedules.GetAiring(channel.Id, startAt).Entry.Start;
        PlayoutPlan plan = schedules.GetPlan(channel.Id, first, Instant.Max(startAt, now) + horizon);
        _plannedUntil = plan.End;
        return plan;
    }

    /// <summary>Tells the producer more of the plan where it needs it. If the schedule has no answer it is asked again the next time.</summary>
    public async Task SupplyAsync(IProducer producer, Instant now, CancellationToken stop)
    {
        if (now + (horizon / 2) <= _plannedUntil)
        {
            return;
        }

        try
        {
            foreach (PlayoutEntry entry in schedules.GetPlan(channel.Id, _plannedUntil, now + horizon).Entries)
            {
                await producer.PlayContentAsync(entry, stop).ConfigureAwait(false);
                _plannedUntil = entry.End;
            }
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // There are hours left to find out what comes.
            RuntimeLog.NoPlan(logger, channel.ShortName, exception);
        }
    }
}
