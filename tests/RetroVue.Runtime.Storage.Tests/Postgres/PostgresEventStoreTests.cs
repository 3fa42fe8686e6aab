using NodaTime;
using RetroVue.Runtime.Events;

namespace RetroVue.Runtime.Storage.Tests.Postgres;

/// <summary>A PostgreSQL database keeps what every store promises.</summary>
public sealed class PostgresEventStoreTests : EventStoreContract
{
    private string _address = string.Empty;

    protected override async Task<IEventStore> OpenAsync()
    {
        _address = await SharedPostgres.Server.CreateDatabaseAsync();
        return (await OpenAgainAsync())!;
    }

    protected override async Task<IEventStore?> OpenAgainAsync() =>
        await StationDatabase.OpenAsync(new StationDatabaseOptions { Connection = _address }, SystemClock.Instance);

    protected override async Task CloseAsync(IEventStore store) => await ((StationDatabase)store).DisposeAsync();
}
