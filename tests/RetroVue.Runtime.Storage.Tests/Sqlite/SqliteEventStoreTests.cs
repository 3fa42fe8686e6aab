using RetroVue.Runtime.Events;

namespace RetroVue.Runtime.Storage.Tests.Sqlite;

/// <summary>A SQLite file keeps what every store promises.</summary>
public sealed class SqliteEventStoreTests : EventStoreContract, IDisposable
{
    private readonly TestFolder _folder = new();
    private int _number;

    public void Dispose() => _folder.Dispose();

    protected override async Task<IEventStore> OpenAsync()
    {
        _number++;
        return (await OpenAgainAsync())!;
    }

    protected override async Task<IEventStore?> OpenAgainAsync() =>
        await StationDatabase.OpenAsync(new StationDatabaseOptions { Connection = _folder.File($"{_number}.db") }, NodaTime.SystemClock.Instance);

    protected override async Task CloseAsync(IEventStore store) => await ((StationDatabase)store).DisposeAsync();
}
