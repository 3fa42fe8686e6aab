using Microsoft.Extensions.Logging;
using RetroVue.Media.Time;
using RetroVue.Runtime.Output;
using RetroVue.Runtime.Schedules;

namespace RetroVue.Runtime.Producers;

/// <summary>Opens the entries of a producer's plan: each one's file, or a slate if that cannot be aired.</summary>
/// <param name="producer">The producer's id, for the log.</param>
/// <param name="items">Opens files, for no longer than a limit.</param>
/// <param name="slates">Makes slates.</param>
/// <param name="line">The channel's time line.</param>
/// <param name="logger">Where it says what cannot be aired.</param>
/// <param name="telemetry">Where slates are counted; null: nowhere.</param>
internal sealed class PlannedItems(string producer, PatientItems items, IItemOpener slates, ChannelLine line, ILogger logger, ChannelTelemetry? telemetry)
{
    /// <summary>Opens an entry; null if not even a slate can be made.</summary>
    /// <param name="entry">What to air.</param>
    /// <param name="from">When its first frame is to be aired, on the channel's line.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<ItemPlayer?> OpenAsync(PlayoutEntry entry, ClockTime from, CancellationToken cancellationToken)
    {
        string? problem = null;
        bool mayReturn = false;
        if (entry.File is not null)
        {
            try
            {
                return await items.OpenAsync(entry, from, line.At(entry.Start), cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
            {
                (problem, mayReturn) = (exception.Message, exception is StalledFileException);
                RuntimeLog.ItemFailed(logger, producer, entry.Title, entry.File, problem, FileProblem.IfUnexpected(exception));
            }
        }

        ItemPlayer? slate = await OpenSlateAsync(entry, from, problem, mayReturn, cancellationToken).ConfigureAwait(false);
        if (slate is not null && problem is not null)
        {
            CountSlate(mayReturn ? "stalled" : "unopened");
        }

        return slate;
    }

    /// <summary>A slate airs in the place of an item.</summary>
    public void CountSlate(string reason) => telemetry?.Slated(reason);

    /// <summary>Makes a slate in the place of an entry, or of what is left of it; null if that cannot be made.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="from">When the slate begins, on the channel's line.</param>
    /// <param name="problem">Why it is not what the schedule says; null if it is.</param>
    /// <param name="mayReturn">True if what it stands for may come back.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<ItemPlayer?> OpenSlateAsync(PlayoutEntry entry, ClockTime from, string? problem, bool mayReturn, CancellationToken cancellationToken)
    {
        try
        {
            ItemPlayer slate = await slates.OpenAsync(entry, from, from, cancellationToken).ConfigureAwait(false);
            (slate.IsSlate, slate.MayReturn, slate.Problem) = (true, mayReturn, problem);
            return slate;
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            // Not even a slate: the stream goes on without pictures until the next entry.
            RuntimeLog.ItemFailed(logger, producer, entry.Title, "slate", exception.Message, exception);
            return null;
        }
    }
}
