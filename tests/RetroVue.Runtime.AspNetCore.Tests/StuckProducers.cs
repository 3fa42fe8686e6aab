using NodaTime;
using RetroVue.Media.Time;
using RetroVue.Runtime.Producers;
using RetroVue.Runtime.Schedules;

namespace RetroVue.Runtime.AspNetCore.Tests;

/// <summary>
/// Makes normal producers that do not end until the test lets them, like the reads of a file on a disk that does not answer.
/// </summary>
internal sealed class StuckProducers : IProducerFactory
{
    private readonly NormalProducerFactory _inner = new();
    private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ChannelMode Mode => ChannelMode.Normal;

    public void LetGo() => _end.SetResult();

    public IProducer Create(ProducerContext context) => new Stuck(_inner.Create(context), _end.Task);

    private sealed class Stuck(IProducer inner, Task end) : IProducer
    {
        public string Id => inner.Id;

        public ProducerState State => inner.State;

        public ProducerHealth Health => inner.Health;

        public Uri StreamEndpoint => inner.StreamEndpoint;

        public Task Completion => inner.Completion;

        public ClockTime PrepareLead => inner.PrepareLead;

        public Task PrepareAsync(PlayoutPlan plan, Instant startAt, CancellationToken cancellationToken = default) =>
            inner.PrepareAsync(plan, startAt, cancellationToken);

        public Task StartAsync(CancellationToken cancellationToken = default) => inner.StartAsync(cancellationToken);

        public Task PlayContentAsync(PlayoutEntry entry, CancellationToken cancellationToken = default) => inner.PlayContentAsync(entry, cancellationToken);

        public bool ReplacePlan(PlayoutPlan plan, Instant from) => inner.ReplacePlan(plan, from);

        public Task StopAsync() => inner.StopAsync();

        public async ValueTask DisposeAsync()
        {
            await end;
            await inner.DisposeAsync();
        }
    }
}
