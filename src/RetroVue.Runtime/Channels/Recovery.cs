using Microsoft.Extensions.Logging;
using NodaTime;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using RetroVue.Runtime.Time;

// Cancelled on the calling thread, because the callbacks only wake tasks. On the thread pool, a simulation would lose its order.
#pragma warning disable CA1849, VSTHRD103, MA0042, MA0045

namespace RetroVue.Runtime.Channels;

/// <summary>
/// Recovers a channel after a failure: restarts the whole channel if its output has failed, or only a producer if the output still runs. It
/// makes a few attempts with growing pauses, and only while the channel has viewers.
/// </summary>
/// <remarks>Thread-safe. One recovery at a time: a new failure takes the place of an earlier one.</remarks>
internal sealed class Recovery(OnAir onAir, PlayoutChain chain, Audience audience, ChannelOptions options, string channel, Retirement retired, ILogger logger)
{
    /// <summary>The time that may pass between reading the clock and the commit.</summary>
    private static readonly ClockTime s_margin = ClockTime.FromMilliseconds(200);

    private readonly Lock _lock = new();
    private readonly RecoveryPauses _pauses = new(options);
    private CancellationTokenSource? _recovering;

    private ClockTime Now => chain.Line.Station.Now;

    /// <summary>Notes that the channel, or its producer, is on the air.</summary>
    public void Succeed()
    {
        lock (_lock)
        {
            _pauses.Succeed(Now);
        }
    }

    /// <summary>Begins the recovery after a failure.</summary>
    /// <param name="run">The run on the air whose producer has failed; null if the channel is off the air.</param>
    /// <param name="failed">The producer that has failed; null if the output has.</param>
    public void Begin(ChannelRun? run, ProducerSwap? failed)
    {
        var recovering = new CancellationTokenSource();
        lock (_lock)
        {
            _pauses.Fail(Now);
        }

        Cancel(recovering);
        retired.Add(RecoverAsync(run, failed, recovering.Token));
    }

    /// <summary>Gives up: the channel is off the air because it has no viewers.</summary>
    public void End() => Cancel(null);

    private void Cancel(CancellationTokenSource? following)
    {
        CancellationTokenSource? earlier;
        lock (_lock)
        {
            (earlier, _recovering) = (_recovering, following);
        }

        earlier?.Cancel();
    }

    private async Task RecoverAsync(ChannelRun? run, ProducerSwap? failed, CancellationToken stop)
    {
        try
        {
            while (NextPause() is { IsNone: false } pause)
            {
                await WaitAsync(pause, stop).ConfigureAwait(false);
                while (run is not null && ReferenceEquals(onAir.Run, run) && audience.IsEmpty)
                {
                    // The channel lingers. A viewer who joins before the linger ends needs a producer.
                    await WaitAsync(ClockTime.FromSeconds(1), stop).ConfigureAwait(false);
                }

                if (audience.IsEmpty || !ReferenceEquals(onAir.Run, run) || !ReferenceEquals(run?.Current, failed))
                {
                    // The channel has no viewers, or a viewer has put it on the air again, or another producer has taken over.
                    return;
                }

                if (await TryRecoverAsync(run, failed, stop).ConfigureAwait(false))
                {
                    return;
                }
            }

            RuntimeLog.GivenUp(logger, channel, options.RecoveryAttempts);
            if (run is not null && failed is not null)
            {
                onAir.GiveUp(run, failed);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Off the air, or it has failed again.
        }
    }

    private ClockTime NextPause()
    {
        lock (_lock)
        {
            return _pauses.Next();
        }
    }

    private async Task<bool> TryRecoverAsync(ChannelRun? run, ProducerSwap? failed, CancellationToken stop)
    {
        try
        {
            if (run is null || failed is null)
            {
                await onAir.StartAsync(audience.Together(), stop).ConfigureAwait(false);
            }
            else
            {
                await ReplaceAsync(run, failed, stop).ConfigureAwait(false);
                Succeed();
            }

            RuntimeLog.Recovered(logger, channel);
            chain.Telemetry.Recovered("recovered");
            return true;
        }
        catch (Exception) when (stop.IsCancellationRequested)
        {
            // The cause does not matter: the channel has been taken off the air meanwhile.
            throw new OperationCanceledException(stop);
        }
        catch (Exception exception)
        {
            RuntimeLog.RecoveryFailed(logger, channel, exception);
            chain.Telemetry.Recovered("failed");
            return false;
        }
    }

    /// <summary>
    /// Replaces a failed producer with a new one, as soon as the output allows; does nothing if another producer already waits for its
    /// instant.
    /// </summary>
    private async Task ReplaceAsync(ChannelRun run, ProducerSwap failed, CancellationToken stop)
    {
        ProducerSwap swap = await run.PrepareAsync(failed.Request, SoonIn(run), stop).ConfigureAwait(false);
        if (run.IsSwapping || !await swap.CommitAsync(SoonIn(run), stop).ConfigureAwait(false))
        {
            swap.Abort();
        }

        await swap.Outcome.ConfigureAwait(false);
        if (ReferenceEquals(run.Current, failed))
        {
            throw new ChannelException(channel, $"The producer '{swap.Producer.Id}' could not take the channel '{channel}' over.");
        }
    }

    private Instant SoonIn(ChannelRun run) => chain.Now + (run.Output.SwitchLead + s_margin).ToDuration();

    private Task WaitAsync(ClockTime pause, CancellationToken stop) => chain.Executor.WaitUntilAsync(chain.Line.Station, Now + pause, stop);
}
