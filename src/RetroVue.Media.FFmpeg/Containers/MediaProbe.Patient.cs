using RetroVue.Media.Blocking;
using RetroVue.Media.Clocks;
using RetroVue.Media.Time;

namespace RetroVue.Media.FFmpeg.Containers;

/// <content>The asynchronous probe with a time limit; in a file of its own, because async methods cannot be unsafe.</content>
public static partial class MediaProbe
{
    private static readonly ClockTime s_patience = ClockTime.FromSeconds(5);

    /// <summary>Probes a file on a thread of its own, and gives up if its disk does not answer.</summary>
    /// <remarks>
    /// The length of the file does not matter, as long as its reads succeed. A read that hangs keeps its thread until it returns.
    /// </remarks>
    /// <param name="path">The path of a regular file.</param>
    /// <param name="streams">The choice among its streams; null: the best.</param>
    /// <param name="cancellationToken">Cancels the probe.</param>
    /// <exception cref="MediaFileException">
    /// The file cannot be opened, or holds neither picture nor sound; or no read has ended for five seconds, then a <see cref="TimeoutException"/> is in it.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static async Task<ProbedMedia> ProbeAsync(string path, StreamChoice? streams = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var interrupt = new InterruptSwitch();
        var probing = Task.Factory.StartNew(
            () => Probe(path, streams, interrupt, cancellationToken), cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        while (!probing.IsCompleted && SystemClock.Instance.Now - interrupt.LastAsked < s_patience)
        {
            cancellationToken.ThrowIfCancellationRequested();
            await WaitASecondAsync(probing).ConfigureAwait(false);
        }

        return probing.IsCompleted
            ? await probing.ConfigureAwait(false)
            : throw new MediaFileException(
                path,
                $"was not read: its disk has not answered for {s_patience.ToTimeSpan().TotalSeconds:0} s. Check the disk or its network.",
                new TimeoutException());
    }

    private static async Task WaitASecondAsync(Task probing)
    {
        try
        {
            await Watchdog.WithinAsync(Task.WhenAny(probing), TimeSpan.FromSeconds(1)).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // Not finished yet.
        }
    }
}
