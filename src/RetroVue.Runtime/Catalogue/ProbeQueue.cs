namespace RetroVue.Runtime.Catalogue;

/// <summary>Probes files side by side, the most urgent first. A file that several callers want is probed once.</summary>
/// <remarks>Thread-safe. It holds no thread while it is empty.</remarks>
/// <param name="width">The number of files that are probed at the same time.</param>
/// <param name="silent">The folders with files that did not answer.</param>
internal sealed class ProbeQueue(int width, SilentFolders silent)
{
    private readonly Lock _lock = new();
    private readonly PriorityQueue<Job, (int Group, int Place)> _waiting = new();
    private readonly Dictionary<(MediaFileKey Key, FileStamp? Stamp), Job> _jobs = [];
    private int _workers;

    /// <summary>Probes a file when its turn comes.</summary>
    /// <param name="key">The file.</param>
    /// <param name="stamp">Its stamp: a file that changes meanwhile is another one.</param>
    /// <param name="urgency">Its group, and its place in the group; the lowest come first.</param>
    /// <param name="cancellationToken">Cancels the wait; the probe too, if nobody else waits for it.</param>
    public async Task<ProbedFile> ProbeAsync(MediaFileKey key, FileStamp? stamp, (int Group, int Place) urgency, CancellationToken cancellationToken)
    {
        Job? job;
        lock (_lock)
        {
            if (!_jobs.TryGetValue((key, stamp), out job))
            {
                _jobs[(key, stamp)] = job = new Job(key, stamp);
            }

            job.Callers++;
            if (!job.IsTaken)
            {
                // A job that is in the queue twice is done at its first place.
                _waiting.Enqueue(job, urgency);
                if (_workers < width)
                {
                    _workers++;
                    _ = Task.Run(WorkAsync, CancellationToken.None);
                }
            }
        }

        try
        {
            return await job.Result.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            if (IsLastCaller(job))
            {
                await job.Stop.CancelAsync().ConfigureAwait(false);
            }

            throw;
        }
    }

    private bool IsLastCaller(Job job)
    {
        lock (_lock)
        {
            if (--job.Callers > 0)
            {
                return false;
            }

            _jobs.Remove((job.Key, job.Stamp));
            return true;
        }
    }

    private async Task WorkAsync()
    {
        while (TryTake() is { } job)
        {
            try
            {
                job.Result.TrySetResult(await ProbedFile.OfAsync(job.Key, silent, job.Stop.Token).ConfigureAwait(false));
            }
            catch (OperationCanceledException)
            {
                job.Result.TrySetCanceled(CancellationToken.None);
            }
            catch (Exception exception)
            {
                job.Result.TrySetException(exception);
            }
            finally
            {
                lock (_lock)
                {
                    if (ReferenceEquals(_jobs.GetValueOrDefault((job.Key, job.Stamp)), job))
                    {
                        _jobs.Remove((job.Key, job.Stamp));
                    }
                }
            }
        }
    }

    private Job? TryTake()
    {
        lock (_lock)
        {
            while (_waiting.TryDequeue(out Job? job, out _))
            {
                if (!job.IsTaken && job.Callers > 0)
                {
                    job.IsTaken = true;
                    return job;
                }
            }

            _workers--;
            return null;
        }
    }

    /// <summary>A file to be probed.</summary>
    private sealed class Job(MediaFileKey key, FileStamp? stamp)
    {
        public MediaFileKey Key { get; } = key;

        public FileStamp? Stamp { get; } = stamp;

        public int Callers { get; set; }

        public bool IsTaken { get; set; }

        /// <summary>Without a time limit and links, so there is nothing to dispose of.</summary>
        public CancellationTokenSource Stop { get; } = new();

        public TaskCompletionSource<ProbedFile> Result { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
