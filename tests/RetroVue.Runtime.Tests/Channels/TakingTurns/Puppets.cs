using NodaTime;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using RetroVue.Runtime.Output;
using RetroVue.Runtime.Producers;
using RetroVue.Runtime.Schedules;

namespace RetroVue.Runtime.Tests.Channels.TakingTurns;

/// <summary>
/// Makes producers without media. They get ready at once, late or never, by chance, and fail when the test tells them to.
/// </summary>
internal sealed class Puppets(ChannelMode mode, Random random) : IProducerFactory
{
    /// <summary>The longest time that a producer takes to get ready.</summary>
    public static ClockTime LongestWait => ClockTime.FromSeconds(5);

    public ChannelMode Mode { get; } = mode;

    /// <summary>The producers that were made so far, in order.</summary>
    public List<Puppet> Made { get; } = [];

    public IProducer Create(ProducerContext context)
    {
        ClockTime wait = random.Next(2) == 0 ? ClockTime.Zero : ClockTime.FromMilliseconds(random.Next(5000));
        var made = new Puppet(context, wait, fails: random.Next(8) == 0, failsToStart: random.Next(8) == 0, obeys: random.Next(2) == 0);
        Made.Add(made);
        return made;
    }
}

internal sealed class Puppet(ProducerContext context, ClockTime wait, bool fails, bool failsToStart, bool obeys) : IProducer
{
    private readonly TaskCompletionSource _completion = context.Executor.CreateCompletion();

    public bool IsStarted { get; private set; }

    public bool IsDisposed { get; private set; }

    public string Id => context.Id;

    /// <summary>The output that would air the producer.</summary>
    public ChannelOutput Output => context.Output;

    public ProducerState State => IsDisposed ? ProducerState.Stopped : IsStarted ? ProducerState.Running : ProducerState.Starting;

    public ProducerHealth Health => ProducerHealth.Running;

    public Uri StreamEndpoint => context.StreamEndpoint;

    public Task Completion => _completion.Task;

    public async Task PrepareAsync(PlayoutPlan plan, Instant startAt, CancellationToken cancellationToken = default)
    {
        Assert.That(plan.At(startAt), Is.Not.Null, "The plan has no entry at the instant.");
        if (wait > ClockTime.Zero)
        {
            Media.Clocks.IClock clock = context.Output.Line.Station;
            await context.Executor.WaitUntilAsync(clock, clock.Now + wait, obeys ? cancellationToken : CancellationToken.None).ConfigureAwait(false);
        }

        if (fails)
        {
            throw new InvalidOperationException("It does not get ready.");
        }
    }

    public Task StartAsync(CancellationToken cancellationToken = default)
    {
        Assert.That((IsStarted, IsDisposed), Is.EqualTo((false, false)), "The producer is started again, or after its end.");
        IsStarted = true;
        if (failsToStart)
        {
            Fail();
            throw new InvalidOperationException("It does not start.");
        }

        return Task.CompletedTask;
    }

    public Task PlayContentAsync(PlayoutEntry entry, CancellationToken cancellationToken = default) => Task.CompletedTask;

    public ClockTime PrepareLead => ClockTime.FromSeconds(5);

    public bool ReplacePlan(PlayoutPlan plan, Instant from) => false;

    public Task StopAsync()
    {
        _completion.TrySetResult();
        return Task.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        Assert.That(IsDisposed, Is.False, "The producer is disposed of twice.");
        IsDisposed = true;
        await StopAsync().ConfigureAwait(false);
    }

    public void Fail() => _completion.TrySetException(new InvalidOperationException("It has burnt out."));
}
