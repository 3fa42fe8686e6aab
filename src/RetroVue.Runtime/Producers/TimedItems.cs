using RetroVue.Media.Clocks;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using RetroVue.Runtime.Schedules;

// Cancelled on the calling thread, because the callbacks only wake tasks. On the thread pool, a simulation would lose its order.
#pragma warning disable CA1849, VSTHRD103, MA0042, MA0045

namespace RetroVue.Runtime.Producers;

/// <summary>
/// Opens files, but waits no longer than a limit. If the opening of a file hangs, because its disk does not answer, it goes on in the
/// background, and the file is closed when it opens after all.
/// </summary>
internal sealed class TimedItems(IItemOpener items, HangingOpenings hanging, Executor executor) : IItemOpener
{
    /// <summary>A little longer than libavformat's limit, because libavformat describes a bad header better.</summary>
    public static ClockTime Limit => NormalProducer.OpenLimit + ClockTime.FromMilliseconds(300);

    /// <exception cref="StalledFileException">The file does not open in time, or an earlier opening of it has lasted that long
    /// already.</exception>
    public async Task<ItemPlayer> OpenAsync(PlayoutEntry entry, ClockTime from, ClockTime notBefore, CancellationToken cancellationToken)
    {
        string file = entry.File!;
        IClock clock = executor.Waiter.SystemClock;
        while (hanging.EndOf(file) is { } end)
        {
            // An earlier opening was given up, perhaps long before the limit, and may end at any moment. After it, another opening may have
            // been given up too.
            ClockTime since = hanging.SinceOf(file);
            if (!since.IsNone && clock.Now >= since + Limit)
            {
                throw new StalledFileException(file, "is still being opened");
            }

            if (!since.IsNone)
            {
                await Task.WhenAny(end, executor.WaitUntilAsync(clock, since + Limit, cancellationToken)).ConfigureAwait(false);
                cancellationToken.ThrowIfCancellationRequested();
            }
        }

        if (hanging.IsFull)
        {
            throw new StalledFileException(file, $"was not opened, because {HangingOpenings.Most} other files of the channel hang");
        }

        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        ClockTime begun = clock.Now;
        Task<ItemPlayer> opening = items.OpenAsync(entry, from, notBefore, giveUp.Token);
        if (!opening.IsCompleted)
        {
            await Task.WhenAny(opening, executor.WaitUntilAsync(clock, begun + Limit, giveUp.Token)).ConfigureAwait(false);
        }

        // Ends the wait. An opening that is late then stops before it builds the pipeline.
        giveUp.Cancel();
        if (opening.IsCompleted)
        {
            return await opening.ConfigureAwait(false);
        }

        hanging.Add(file, opening, begun);
        cancellationToken.ThrowIfCancellationRequested();
        throw new StalledFileException(file, "could not be opened in time");
    }
}
