using NodaTime;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using RetroVue.Runtime.Output;
using RetroVue.Runtime.Producers;
using RetroVue.Runtime.Schedules;

namespace RetroVue.Runtime.Tests.Channels.TakingTurns;

/// <summary>
/// Makes producers that play a plan as the normal producer does. The test can also make them slow to get ready, or make them fail.
/// </summary>
internal sealed class ScriptedProducers(ChannelMode mode) : IProducerFactory
{
    private readonly NormalProducerFactory _inner = new();

    public ChannelMode Mode { get; } = mode;

    /// <summary>The producers that were made so far, in order.</summary>
    public List<ScriptedProducer> Made { get; } = [];

    /// <summary>Set by the test: the next producer hangs.</summary>
    public bool HangsNext { get; set; }

    /// <summary>The task for which the producer with this number waits before it is ready.</summary>
    public Func<int, ProducerContext, Task> Ready { get; init; } = (_, _) => Task.CompletedTask;

    public IProducer Create(ProducerContext context)
    {
        var made = new ScriptedProducer(_inner.Create(context), context, Ready(Made.Count, context));
        Made.Add(made);
        return made;
    }
}

internal sealed class ScriptedProducer(IProducer inner, ProducerContext context, Task ready) : IProducer
{
    private readonly TaskCompletionSource _completion = context.Executor.CreateCompletion();
    private string? _failure;

    public bool IsDisposed { get; private set; }

    /// <summary>Set by the test: the reason with which the start fails; null if it succeeds.</summary>
    public string? FailsToStart { get; set; }

    /// <summary>Set by the test: true if a failing start throws an exception; false if its completion fails only.</summary>
    public bool ThrowsAtStart { get; set; }

    /// <summary>The output that airs the producer.</summary>
    public ChannelOutput Output => context.Output;

    public string Id => inner.Id;

    public ProducerState State => _failure is null ? inner.State : ProducerState.Error;

    public ProducerHealth Health => _failure is null ? inner.Health : ProducerHealth.Failed;

    public string? HealthReason => _failure ?? inner.HealthReason;

    public Uri StreamEndpoint => inner.StreamEndpoint;

    public Task Completion => _completion.Task;

    public async Task PrepareAsync(PlayoutPlan plan, Instant startAt, CancellationToken cancellationToken = default)
    {
        await ready.ConfigureAwait(false);
        await inner.PrepareAsync(plan, startAt, cancellationToken).ConfigureAwait(false);
    }

    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        if (FailsToStart is not null)
        {
            Fail(FailsToStart);
            if (ThrowsAtStart)
            {
                throw new InvalidOperationException(FailsToStart);
            }
        }

        await inner.StartAsync(cancellationToken).ConfigureAwait(false);
    }

    public Task PlayContentAsync(PlayoutEntry entry, CancellationToken cancellationToken = default) => inner.PlayContentAsync(entry, cancellationToken);

    public ClockTime PrepareLead => inner.PrepareLead;

    public bool ReplacePlan(PlayoutPlan plan, Instant from) => inner.ReplacePlan(plan, from);

    public Task StopAsync() => inner.StopAsync();

    public async ValueTask DisposeAsync()
    {
        IsDisposed = true;
        await inner.DisposeAsync().ConfigureAwait(false);
        _completion.TrySetResult();
    }

    public void Fail(string reason)
    {
        _failure = reason;
        _completion.TrySetException(new InvalidOperationException(reason));
    }
}
