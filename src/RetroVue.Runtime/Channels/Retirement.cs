using Microsoft.Extensions.Logging;
using RetroVue.Runtime.Producers;

namespace RetroVue.Runtime.Channels;

/// <summary>
/// Discarded producers and runs that are still ending: a producer whose file hangs takes seconds to end. Only the caller who takes the
/// channel off the air for good waits for them.
/// </summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class Retirement(string channel, ILogger logger)
{
    private readonly Lock _lock = new();
    private readonly List<Task> _ending = [];

    /// <summary>Adds a task that is ending. Its failure is logged.</summary>
    public void Add(Task ending)
    {
        lock (_lock)
        {
            _ending.RemoveAll(task => task.IsCompleted);
            _ending.Add(EndAsync(ending));
        }
    }

    /// <summary>Ends a producer.</summary>
    /// <param name="producer">The producer.</param>
    /// <param name="after">A task that has to end first, even if it fails; null if there is none.</param>
    public void Add(IProducer producer, Task? after = null)
    {
        Add(EndProducerAsync());

        async Task EndProducerAsync()
        {
            if (after is not null)
            {
                await after.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            await producer.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Completes when all added tasks have ended.</summary>
    public async Task WaitAsync()
    {
        while (Next() is { } ending)
        {
            await ending.ConfigureAwait(false);
        }
    }

    private Task? Next()
    {
        lock (_lock)
        {
            return _ending.Find(task => !task.IsCompleted);
        }
    }

    private async Task EndAsync(Task ending)
    {
        try
        {
            await ending.ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            RuntimeLog.Unexpected(logger, channel, exception);
        }
    }
}
