namespace RetroVue.Runtime.Storage.Tests.Postgres;

/// <summary>A PostgreSQL database moves between versions as every database does.</summary>
public sealed class PostgresMigrationTests : MigrationContract
{
    protected override Task<string> NewAddressAsync() => SharedPostgres.Server.CreateDatabaseAsync();
}
