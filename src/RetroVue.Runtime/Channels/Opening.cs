using RetroVue.Media.Pipelines;
using RetroVue.Runtime.Output;

namespace RetroVue.Runtime.Channels;

/// <summary>A channel that is being put on the air, and all who wait for that. It is given up when the last of them gives up.</summary>
/// <remarks>Guarded by the lock of its owner.</remarks>
internal sealed class Opening(ChannelRun run, Executor executor)
{
    private readonly List<Waiter> _waiting = [];

    /// <summary>What is being put on the air.</summary>
    public ChannelRun Run { get; } = run;

    /// <summary>What the schedule says airs, for the log.</summary>
    public string Title { get; set; } = "";

    /// <summary>Gives up the files that are being opened. Not disposed of: it holds no timer.</summary>
    public CancellationTokenSource Cancellation { get; } = new();

    /// <summary>True while somebody waits.</summary>
    public bool IsAwaited => _waiting.Count > 0;

    /// <summary>Adds one who waits. Each has a task of its own: of several that await the same, .NET lets one go on at once and the others on the thread pool.</summary>
    public Waiter Add()
    {
        var waiter = new Waiter(executor.CreateCompletion());
        _waiting.Add(waiter);
        return waiter;
    }

    /// <summary>Removes one who waits no longer.</summary>
    public void Remove(Waiter waiter) => _waiting.Remove(waiter);

    /// <summary>Takes all who wait out, in the order in which they came.</summary>
    public IReadOnlyList<Waiter> TakeWaiters()
    {
        Waiter[] all = [.. _waiting];
        _waiting.Clear();
        return all;
    }

    /// <summary>One who waits.</summary>
    public sealed class Waiter(TaskCompletionSource completion)
    {
        private ChannelOutput? _output;

        /// <summary>What is on the air; once it is.</summary>
        public async Task<ChannelOutput> WaitAsync()
        {
            await completion.Task.ConfigureAwait(false);
            return _output!;
        }

        /// <summary>The channel is on the air.</summary>
        public void Complete(ChannelOutput output)
        {
            _output = output;
            completion.TrySetResult();
        }

        /// <summary>It could not be put on the air.</summary>
        public void Fail(Exception error) => completion.TrySetException(error);

        /// <summary>The one who waits gives up.</summary>
        public void Cancel(CancellationToken token) => completion.TrySetCanceled(token);
    }
}
