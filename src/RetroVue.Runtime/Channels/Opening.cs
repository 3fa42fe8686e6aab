using RetroVue.Media.Pipelines;
using RetroVue.Runtime.Output;

namespace RetroVue.Runtime.Channels;

/// <summary>
/// The start of a channel that is being put on the air, and the callers who wait for it. It is cancelled when the last of them cancels.
/// </summary>
/// <remarks>Guarded by the lock of its owner.</remarks>
internal sealed class Opening(ChannelRun run, Executor executor)
{
    private readonly List<Waiter> _waiting = [];

    /// <summary>The run that is being put on the air.</summary>
    public ChannelRun Run { get; } = run;

    /// <summary>The title that the schedule says airs, for the log.</summary>
    public string Title { get; set; } = "";

    /// <summary>Cancels the opening of files. Not disposed of: it holds no timer.</summary>
    public CancellationTokenSource Cancellation { get; } = new();

    /// <summary>True while somebody waits.</summary>
    public bool IsAwaited => _waiting.Count > 0;

    /// <summary>
    /// Adds a caller who waits. Each has a task of its own: if several await the same task, .NET continues one at once and the others on
    /// the thread pool.
    /// </summary>
    public Waiter Add()
    {
        var waiter = new Waiter(executor.CreateCompletion());
        _waiting.Add(waiter);
        return waiter;
    }

    /// <summary>Removes a caller who no longer waits.</summary>
    public void Remove(Waiter waiter) => _waiting.Remove(waiter);

    /// <summary>Removes and returns all callers who wait, in the order in which they came.</summary>
    public IReadOnlyList<Waiter> TakeWaiters()
    {
        Waiter[] all = [.. _waiting];
        _waiting.Clear();
        return all;
    }

    /// <summary>A caller who waits.</summary>
    public sealed class Waiter(TaskCompletionSource completion)
    {
        private ChannelOutput? _output;

        /// <summary>Returns the output once it is on the air.</summary>
        public async Task<ChannelOutput> WaitAsync()
        {
            await completion.Task.ConfigureAwait(false);
            return _output!;
        }

        /// <summary>Says that the channel is on the air.</summary>
        public void Complete(ChannelOutput output)
        {
            _output = output;
            completion.TrySetResult();
        }

        /// <summary>Says that the channel could not be put on the air.</summary>
        public void Fail(Exception error) => completion.TrySetException(error);

        /// <summary>Cancels the wait.</summary>
        public void Cancel(CancellationToken token) => completion.TrySetCanceled(token);
    }
}
