using Microsoft.Extensions.Logging;
using RetroVue.Media.Time;
using RetroVue.Runtime.Output;
using RetroVue.Runtime.Schedules;

namespace RetroVue.Runtime.Producers;

/// <summary>Opens the entries of a producer's plan: the entry's file, or a slate if the file cannot be aired.</summary>
/// <param name="producer">The producer's id, for the log.</param>
/// <param name="items">Opens files, within a time limit.</param>
/// <param name="slates">Makes slates.</param>
/// <param name="line">The channel's time line.</param>
/// <param name="logger">Gets a line for each entry that cannot be aired.</param>
/// <param name="telemetry">Counts slates; null for no count.</param>
internal sealed class PlannedItems(string producer, TimedItems items, IItemOpener slates, ChannelLine line, ILogger logger, ChannelTelemetry? telemetry)
{
    /// <summary>Opens an entry; null if not even a slate can be made.</summary>
    /// <param name="entry">The entry to air.</param>
    /// <param name="from">When its first frame airs, on the channel's line.</param>
    /// <param name="cancellationToken">Cancels the opening.</param>
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

    /// <summary>Makes a slate that replaces an entry, or the rest of it; null if a slate cannot be made.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="from">When the slate begins, on the channel's line.</param>
    /// <param name="problem">Why the scheduled item does not air; null if the slate is scheduled.</param>
    /// <param name="mayReturn">True if the item may come back.</param>
    /// <param name="cancellationToken">Cancels the opening.</param>
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
            // The slate failed too: the stream goes on without pictures until the next entry.
            RuntimeLog.ItemFailed(logger, producer, entry.Title, "slate", exception.Message, exception);
            return null;
        }
    }
}
