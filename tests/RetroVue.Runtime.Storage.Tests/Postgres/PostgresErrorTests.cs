using System.Net;
using System.Net.Sockets;
using NodaTime;
using Npgsql;
using RetroVue.Runtime.Events;
using RetroVue.Runtime.Storage.Postgres;

namespace RetroVue.Runtime.Storage.Tests.Postgres;

/// <summary>What goes wrong with a server is said with its cause and its remedy, and without passwords.</summary>
public sealed class PostgresErrorTests
{
    [TestCase("28P01", false, "user or the password")]
    [TestCase("28000", false, "user or the password")]
    [TestCase("3D000", false, "createdb")]
    [TestCase("42P01", false, "migrate")]
    [TestCase("42501", false, "right")]
    [TestCase("25006", true, "primary")]
    [TestCase("25P02", false, "Roll it back")]
    [TestCase("25P03", true, "open for too long")]
    [TestCase("40001", true, "Repeat")]
    [TestCase("40P01", true, "Repeat")]
    [TestCase("55P03", true, "another transaction")]
    [TestCase("57014", true, "too long")]
    [TestCase("57P01", true, "shut down")]
    [TestCase("57P02", true, "shut down")]
    [TestCase("57P03", true, "started")]
    [TestCase("53100", true, "space")]
    [TestCase("53200", true, "memory")]
    [TestCase("53300", true, "max_connections")]
    [TestCase("53999", true, "53999")]
    [TestCase("08006", true, "08006")]
    [TestCase("58030", true, "58030")]
    [TestCase("XX000", false, "XX000")]
    [TestCase("23514", false, "23514")]
    public void Error_of_the_server_has_a_cause_a_remedy_and_a_kind(string state, bool isTransient, string part)
    {
        EventException explained = PostgresErrors.Explain("An event was not written", "the database 'air' at db.example:5432", new PostgresException("said so", "ERROR", "ERROR", state));
        Assert.That(explained.Message, Does.StartWith("An event was not written: the database 'air' at db.example:5432 ").And.Contain(part).And.EndWith("."));
        Assert.That(explained.IsTransient, Is.EqualTo(isTransient));
    }

    [Test]
    public void Server_that_is_not_there_is_an_error_that_may_pass()
    {
        using var port = new TcpListener(IPAddress.Loopback, 0);
        port.Start();
        int free = ((IPEndPoint)port.LocalEndpoint).Port;
        port.Stop();
        EventException refused = Refused($"postgresql://u:secret@127.0.0.1:{free}/air");
        Assert.That(refused.Message, Does.Contain($"the database 'air' at 127.0.0.1:{free} cannot be reached").And.Not.Contain("secret"));
        Assert.That(refused.IsTransient);
        EventException unknown = Refused("postgresql://u:secret@nowhere.invalid/air");
        Assert.That(unknown.Message, Does.Contain("nowhere.invalid").And.Not.Contain("secret"));
        Assert.That(unknown.IsTransient);
    }

    [Test]
    public void Server_that_is_silent_is_given_up()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        EventException refused = Refused($"postgresql://u@127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port}/air?connect_timeout=1");
        Assert.That(refused.Message, Does.Contain("did not answer in time"));
        Assert.That(refused.IsTransient);
    }

    [Test]
    public async Task Database_that_is_missing_or_forbidden_is_an_error_that_stays()
    {
        EventException missing = Refused(SharedPostgres.Server.Address("nothing"));
        Assert.That(missing.Message, Does.Contain("'nothing'").And.Contain("does not exist"));
        Assert.That(missing.IsTransient, Is.False);
        string address = await SharedPostgres.Server.CreateDatabaseAsync();
        await PostgresServer.ExecuteAsync(address, "CREATE ROLE guest LOGIN");
        EventException forbidden = Refused(address.Replace("user=station", "user=guest", StringComparison.Ordinal));
        Assert.That(forbidden.Message, Does.Contain("does not allow"));
        Assert.That(forbidden.IsTransient, Is.False);
        await PostgresServer.ExecuteAsync(address, "DROP ROLE guest");
    }

    [Test]
    public async Task Payload_that_a_stranger_wrote_is_named()
    {
        string address = await SharedPostgres.Server.CreateDatabaseAsync();
        await using StationDatabase store = await OpenAsync(address);
        await PostgresServer.ExecuteAsync(address, """INSERT INTO outbox (event_id, type, payload, created_at) VALUES (gen_random_uuid(), 'x', '{"a":1}', now())""");
        await store.Log.WaitForAsync(-1, new CancellationTokenSource(TimeSpan.FromSeconds(30)).Token);
        EventException strange = Failed(() => store.Log.ReadFromAsync(-1));
        Assert.That(strange.Message, Does.Contain("payload that is not an event"));
        Assert.That(strange.IsTransient, Is.False);
    }

    [Test]
    public async Task Transaction_that_has_failed_is_an_error_that_stays()
    {
        await using StationDatabase store = await OpenAsync(await SharedPostgres.Server.CreateDatabaseAsync());
        await using EventTransaction transaction = await store.BeginAsync();
        await using (NpgsqlCommand wrong = new("SELECT 1 / 0", (NpgsqlConnection)transaction.Transaction.Connection!, (NpgsqlTransaction)transaction.Transaction))
        {
            Assert.That(() => wrong.ExecuteNonQueryAsync(), Throws.TypeOf<PostgresException>());
        }

        EventException failed = Failed(() => store.Log.AppendAsync(TestEvents.Make(), transaction.Transaction));
        Assert.That(failed.Message, Does.Contain("Roll it back"));
    }

    [Test]
    public async Task Transaction_of_another_database_is_refused()
    {
        await using StationDatabase store = await OpenAsync(await SharedPostgres.Server.CreateDatabaseAsync());
        await using StationDatabase other = await OpenAsync(await SharedPostgres.Server.CreateDatabaseAsync());
        await using EventTransaction transaction = await other.BeginAsync();
        Assert.That(() => store.Log.AppendAsync(TestEvents.Make(), transaction.Transaction), Throws.ArgumentException.With.Message.Contains("another").Or.Message.Contains("is one of the database"));
    }

    [Test]
    public async Task Closed_database_says_so_to_those_who_wait_and_to_those_who_come()
    {
        StationDatabase store = await OpenAsync(await SharedPostgres.Server.CreateDatabaseAsync());
        Task wait = store.Log.WaitForAsync(-1, CancellationToken.None);
        await store.DisposeAsync();
        await store.DisposeAsync();
        Assert.That(() => wait, Throws.TypeOf<ObjectDisposedException>());
        Assert.That(() => store.Log.AppendAsync(TestEvents.Make()), Throws.TypeOf<ObjectDisposedException>());
        Assert.That(() => store.Log.ReadFromAsync(-1), Throws.TypeOf<ObjectDisposedException>());
        Assert.That(() => store.Log.GetLatestOffsetAsync(), Throws.TypeOf<ObjectDisposedException>());
        Assert.That(() => store.Log.WaitForAsync(-1, CancellationToken.None), Throws.TypeOf<ObjectDisposedException>());
        Assert.That(() => store.BeginAsync(), Throws.TypeOf<ObjectDisposedException>());
    }

    [Test]
    public async Task Migrations_of_several_processes_take_turns()
    {
        string address = await SharedPostgres.Server.CreateDatabaseAsync();
        StationDatabase[] all = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => OpenAsync(address))));
        foreach (StationDatabase store in all)
        {
            await store.Log.AppendAsync(TestEvents.Make());
            await store.DisposeAsync();
        }

        await DatabaseMigrations.RollbackAsync(new StationDatabaseOptions { Connection = address }, 0);
        Assert.That(await PostgresServer.ExecuteAsync(address, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'retrovue_versions'"), Is.Zero);
        await using StationDatabase again = await OpenAsync(address);
        Assert.That(await again.Log.GetLatestOffsetAsync(), Is.EqualTo(-1));
    }

    private static Task<StationDatabase> OpenAsync(string address) => StationDatabase.OpenAsync(new StationDatabaseOptions { Connection = address }, SystemClock.Instance);

    private static EventException Refused(string address) => Failed(() => OpenAsync(address));

    private static EventException Failed(Func<Task> call) => Assert.Throws<EventException>(() => call().GetAwaiter().GetResult())!;
}
