using Microsoft.Data.Sqlite;

namespace RetroVue.Runtime.Storage.Sqlite;

/// <summary>A connection that tells of its close, which is the end of a transaction that may have held others up.</summary>
/// <remarks>Not thread-safe.</remarks>
internal sealed class StationConnection(string connectionString) : SqliteConnection(connectionString)
{
    private Action? _closed;

    /// <summary>Calls something once after the connection was closed and its transaction has ended.</summary>
    public void WhenClosed(Action closed) => _closed += closed;

    public override void Close()
    {
        try
        {
            base.Close();
        }
        finally
        {
            Interlocked.Exchange(ref _closed, null)?.Invoke();
        }
    }
}
