namespace RetroVue.Runtime.Storage.Tests.Postgres;

/// <summary>A PostgreSQL database keeps and deletes what every database does.</summary>
public sealed class PostgresPurgeTests : PurgeContract
{
    protected override Task<string> NewAddressAsync() => SharedPostgres.Server.CreateDatabaseAsync();
}
