using RetroVue.Media.Clocks;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using RetroVue.Runtime.Schedules;

// Cancelled on the calling thread, whose callbacks only wake tasks: on the thread pool, a simulation would lose its order.
#pragma warning disable CA1849, VSTHRD103, MA0042, MA0045

namespace RetroVue.Runtime.Producers;

/// <summary>
/// Opens files without waiting for longer than a limit: one that hangs, because its disk does not answer, is left to itself and closed
/// when it comes after all.
/// </summary>
internal sealed class PatientItems(IItemOpener items, LateFiles late, Executor executor) : IItemOpener
{
    /// <summary>A little more than libavformat is given, which says better what is wrong with a header.</summary>
    public static ClockTime Limit => NormalProducer.OpenLimit + ClockTime.FromMilliseconds(300);

    /// <exception cref="StalledFileException">The file does not open in time, or is being opened for longer than that already.</exception>
    public async Task<ItemPlayer> OpenAsync(PlayoutEntry entry, ClockTime from, ClockTime notBefore, CancellationToken cancellationToken)
    {
        string file = entry.File!;
        IClock clock = executor.Waiter.SystemClock;
        while (late.EndOf(file) is { } end)
        {
            // Somebody has given it up, perhaps long before its time: it may be there any moment. Then another one may have done so.
            ClockTime since = late.SinceOf(file);
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

        if (late.IsFull)
        {
            throw new StalledFileException(file, $"is not opened while {LateFiles.Most} other files of the channel hang");
        }

        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        ClockTime begun = clock.Now;
        Task<ItemPlayer> opening = items.OpenAsync(entry, from, notBefore, giveUp.Token);
        if (!opening.IsCompleted)
        {
            await Task.WhenAny(opening, executor.WaitUntilAsync(clock, begun + Limit, giveUp.Token)).ConfigureAwait(false);
        }

        // Ends the wait; and an opening that is late builds no further.
        giveUp.Cancel();
        if (opening.IsCompleted)
        {
            return await opening.ConfigureAwait(false);
        }

        late.Add(file, opening, begun);
        cancellationToken.ThrowIfCancellationRequested();
        throw new StalledFileException(file, "does not open");
    }
}
