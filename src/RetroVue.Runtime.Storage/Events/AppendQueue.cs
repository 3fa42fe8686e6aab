using RetroVue.Runtime.Events;

namespace RetroVue.Runtime.Storage.Events;

/// <summary>
/// Lets concurrent appends share a commit. Who finds nobody writing writes at once, on its own thread, and takes those with it who came
/// meanwhile; so a single caller pays for nothing, and many pay once together.
/// </summary>
/// <remarks>Thread-safe.</remarks>
/// <param name="write">Writes some appends in one transaction; called by one caller at a time.</param>
internal sealed class AppendQueue(Func<IReadOnlyList<IReadOnlyList<EventEnvelope>>, Task> write)
{
    /// <summary>The most events of one transaction, unless a single append has more.</summary>
    private const int MostEvents = 2000;

    /// <summary>How often other work gets its turn before the next commit: until all who were served go on, and then as long as somebody joins.</summary>
    private const int MostTurns = 500;
    private const int VainTurns = 10;

    private readonly Lock _lock = new();
    private readonly Queue<Waiting> _waiting = [];
    private bool _isWriting;
    private int _returning;

    /// <summary>Writes events; returns when they are committed.</summary>
    /// <param name="events">The events.</param>
    /// <param name="cancellationToken">Cancels the wait; the events may be written nevertheless.</param>
    public Task AppendAsync(IReadOnlyList<EventEnvelope> events, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Waiting waiting;
        lock (_lock)
        {
            if (_isWriting)
            {
                waiting = new Waiting(events);
                _waiting.Enqueue(waiting);
                return JoinAsync(waiting, cancellationToken);
            }

            _isWriting = true;
        }

        return WriteOwnAsync(events).WaitAsync(cancellationToken);
    }

    private async Task JoinAsync(Waiting waiting, CancellationToken cancellationToken)
    {
        await waiting.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        Interlocked.Decrement(ref _returning);
    }

    private async Task WriteOwnAsync(IReadOnlyList<EventEnvelope> events)
    {
        try
        {
            await write([events]).ConfigureAwait(false);
        }
        finally
        {
            // The own events are done, so the others are somebody else's work.
            if (!IsIdle())
            {
                _ = Task.Run(WriteWaitingAsync);
            }
        }
    }

    private async Task WriteWaitingAsync()
    {
        do
        {
            List<Waiting> batch = TakeBatch();
            try
            {
                await write(batch.ConvertAll(waiting => waiting.Events)).ConfigureAwait(false);
                Volatile.Write(ref _returning, batch.Count);
                batch.ForEach(waiting => waiting.TrySetResult());
                await GatherAsync(batch.Count).ConfigureAwait(false);
            }
            catch (EventException exception) when (batch.Count > 1 && !exception.IsTransient)
            {
                // One of them may be at fault. The others must not suffer for it.
                foreach (Waiting waiting in batch)
                {
                    await WriteAloneAsync(waiting).ConfigureAwait(false);
                }
            }
            catch (Exception exception)
            {
                batch.ForEach(waiting => waiting.TrySetException(exception));
            }
        }
        while (!IsIdle());
    }

    /// <summary>
    /// Lets those who were just served come again, if there were several: otherwise the first one to come would pay for a commit alone, and all others
    /// would wait for it.
    /// </summary>
    private async Task GatherAsync(int served)
    {
        int waiting = Count();
        int most = waiting + served;
        int vain = 0;
        for (int turns = 0; served > 1 && waiting < most && vain < VainTurns && turns < MostTurns; turns++)
        {
            await Task.Yield();
            int now = Count();
            vain = now != waiting || Volatile.Read(ref _returning) > 0 ? 0 : vain + 1;
            waiting = now;
        }

        int Count()
        {
            lock (_lock)
            {
                return _waiting.Count;
            }
        }
    }

    private async Task WriteAloneAsync(Waiting waiting)
    {
        try
        {
            await write([waiting.Events]).ConfigureAwait(false);
            waiting.TrySetResult();
        }
        catch (Exception exception)
        {
            waiting.TrySetException(exception);
        }
    }

    /// <summary>Returns true, and lets the next caller write, if nobody waits.</summary>
    private bool IsIdle()
    {
        lock (_lock)
        {
            _isWriting = _waiting.Count > 0;
            return !_isWriting;
        }
    }

    private List<Waiting> TakeBatch()
    {
        lock (_lock)
        {
            List<Waiting> batch = [];
            int events = 0;
            while (_waiting.TryPeek(out Waiting? next) && (batch.Count == 0 || events + next.Events.Count <= MostEvents))
            {
                events += next.Events.Count;
                batch.Add(_waiting.Dequeue());
            }

            return batch;
        }
    }

    private sealed class Waiting(IReadOnlyList<EventEnvelope> events) : TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public IReadOnlyList<EventEnvelope> Events => events;
    }
}
