using RetroVue.Runtime.Storage.Tests.Postgres;

namespace RetroVue.Runtime.Storage.Tests;

/// <summary>The server that the tests share. It starts with the first one that needs it.</summary>
[SetUpFixture]
public sealed class SharedPostgres
{
    private static readonly Lock s_lock = new();
    private static PostgresServer? s_server;

    /// <summary>The server.</summary>
    internal static PostgresServer Server
    {
        get
        {
            lock (s_lock)
            {
                return s_server ??= new PostgresServer(isDurable: false);
            }
        }
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (s_server is not null)
        {
            await s_server.DisposeAsync();
        }
    }
}
