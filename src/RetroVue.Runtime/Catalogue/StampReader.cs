using RetroVue.Media.Blocking;
using RetroVue.Media.Clocks;
using RetroVue.Media.Time;

namespace RetroVue.Runtime.Catalogue;

/// <summary>Reads stamps of many files side by side, without opening the files. Gives up on a file whose disk does not answer.</summary>
/// <remarks>Thread-safe.</remarks>
/// <param name="silent">The folders with files that did not answer.</param>
internal sealed class StampReader(SilentFolders silent)
{
    /// <summary>The files that one thread reads: so many that starting it does not matter, and few enough for a disk with long ways.</summary>
    private const int Slice = 64;

    private static readonly ClockTime s_patience = ClockTime.FromSeconds(5);
    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(1);

    /// <summary>Returns the stamp of a file; null if there is no such file, or it is none, as a folder. Blocks.</summary>
    public static FileStamp? Read(string path)
    {
        try
        {
            FileSystemInfo file = new FileInfo(path);
            if (file.LinkTarget is not null)
            {
                file = file.ResolveLinkTarget(returnFinalTarget: true) ?? file;
            }

            return file is FileInfo { Exists: true } regular
                ? new FileStamp(regular.Length, (regular.LastWriteTimeUtc - DateTime.UnixEpoch).Ticks * 100)
                : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // Among them: links in a circle, a name that no disk can have, and a folder that must not be searched.
            return null;
        }
    }

    /// <summary>Reads the stamps of files, in their order.</summary>
    /// <param name="paths">The files.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    public async Task<StampOfFile[]> ReadAsync(IReadOnlyList<string> paths, CancellationToken cancellationToken)
    {
        var stamps = new StampOfFile[paths.Count];
        await Task.WhenAll(Enumerable.Range(0, (paths.Count + Slice - 1) / Slice)
            .Select(slice => ReadSliceAsync(paths, slice * Slice, stamps, cancellationToken))).ConfigureAwait(false);
        return stamps;
    }

    private async Task ReadSliceAsync(IReadOnlyList<string> paths, int from, StampOfFile[] stamps, CancellationToken cancellationToken)
    {
        int to = Math.Min(from + Slice, paths.Count);
        while (from < to)
        {
            if (silent.Holds(paths[from]))
            {
                stamps[from++] = new StampOfFile(null, IsSilent: true);
                continue;
            }

            var reading = new Reading(paths, from, to);
            int done = await reading.RunAsync(cancellationToken).ConfigureAwait(false);
            for (int index = 0; index < done; index++)
            {
                stamps[from + index] = new StampOfFile(reading.Stamps[index], IsSilent: false);
            }

            from += done;
            if (from < to)
            {
                silent.Add(paths[from]);
                stamps[from++] = new StampOfFile(null, IsSilent: true);
            }
        }
    }

    /// <summary>One thread's work. If a file hangs, the thread and this object are left to it.</summary>
    private sealed class Reading(IReadOnlyList<string> paths, int from, int to)
    {
        private int _done;

        public FileStamp?[] Stamps { get; } = new FileStamp?[to - from];

        /// <summary>Returns how many files have answered: all, or those before the first one that did not.</summary>
        public async Task<int> RunAsync(CancellationToken cancellationToken)
        {
            Task reading = Task.Factory.StartNew(Read, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            int seen = 0;
            ClockTime since = SystemClock.Instance.Now;
            while (!reading.IsCompleted)
            {
                cancellationToken.ThrowIfCancellationRequested();
                try
                {
                    await Watchdog.WithinAsync(reading, s_look).ConfigureAwait(false);
                }
                catch (TimeoutException)
                {
                    int done = Volatile.Read(ref _done);
                    ClockTime now = SystemClock.Instance.Now;
                    (seen, since) = done == seen ? (seen, since) : (done, now);
                    if (now - since >= s_patience)
                    {
                        return done;
                    }
                }
            }

            return Volatile.Read(ref _done);
        }

        private void Read()
        {
            for (int index = 0; index < Stamps.Length; index++)
            {
                Stamps[index] = StampReader.Read(paths[from + index]);
                Volatile.Write(ref _done, index + 1);
            }
        }
    }
}
