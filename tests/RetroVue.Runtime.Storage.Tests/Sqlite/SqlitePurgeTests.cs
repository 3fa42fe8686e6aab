namespace RetroVue.Runtime.Storage.Tests.Sqlite;

/// <summary>A SQLite file keeps and deletes what every database does.</summary>
public sealed class SqlitePurgeTests : PurgeContract, IDisposable
{
    private readonly TestFolder _folder = new();
    private int _number;

    public void Dispose() => _folder.Dispose();

    protected override Task<string> NewAddressAsync() => Task.FromResult(_folder.File($"{++_number}.db"));
}
