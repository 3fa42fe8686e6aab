using NodaTime;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using RetroVue.Runtime.Output;

namespace RetroVue.Runtime.Channels;

/// <summary>
/// Runs every second while a channel is on the air: gives the producer more of the plan, and checks whether packets come in time.
/// </summary>
internal sealed class Upkeep(PlayoutChain chain, ChannelRun run, OutputWatch watch)
{
    private static readonly ClockTime s_interval = ClockTime.FromSeconds(1);

    /// <summary>Runs until the channel goes off the air.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        ChannelLine line = chain.Line;
        try
        {
            while (true)
            {
                await chain.Executor.WaitUntilAsync(line.Station, line.Station.Now.NextMultiple(s_interval), stop).ConfigureAwait(false);
                Instant now = chain.Now;
                if (run.Current is { Plan: { } plan } onAir)
                {
                    await plan.SupplyAsync(onAir.Producer, now, stop).ConfigureAwait(false);
                }

                watch.Look(run.Output, now);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Off the air.
            watch.Count(run.Output);
        }
    }
}
