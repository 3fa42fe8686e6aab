using RetroVue.Runtime.Events;

namespace RetroVue.Runtime.Storage.Tests;

/// <summary>The store in memory keeps what every store promises.</summary>
public sealed class InMemoryEventStoreTests : EventStoreContract
{
    protected override Task<IEventStore> OpenAsync() => Task.FromResult<IEventStore>(new InMemoryEventStore());

    protected override Task CloseAsync(IEventStore store) => Task.CompletedTask;
}
