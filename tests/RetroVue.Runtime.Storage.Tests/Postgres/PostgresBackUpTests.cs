namespace RetroVue.Runtime.Storage.Tests.Postgres;

/// <summary>Copies of a PostgreSQL database are made by its own tools.</summary>
public sealed class PostgresBackUpTests
{
    [Test]
    public async Task Copy_is_left_to_pg_dump_and_the_error_says_so_without_the_password()
    {
        await using StationDatabase database = await TestDatabase.OpenAsync(await SharedPostgres.Server.CreateDatabaseAsync());
        Assert.That(() => database.BackUpAsync("copy.dump"), Throws.InstanceOf<NotSupportedException>().With.Message.Contains("pg_dump --format=custom --file 'copy.dump'"));
    }
}
