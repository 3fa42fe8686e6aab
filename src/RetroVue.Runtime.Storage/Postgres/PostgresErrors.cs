using System.Net.Sockets;
using Npgsql;
using RetroVue.Runtime.Events;

namespace RetroVue.Runtime.Storage.Postgres;

/// <summary>Says what an error of PostgreSQL or of the way to it means.</summary>
internal static class PostgresErrors
{
    /// <summary>True for the errors that a driver throws when its database fails.</summary>
    public static bool IsOfDatabase(Exception exception) =>
        exception is NpgsqlException or SocketException or IOException or TimeoutException
        || (exception is ObjectDisposedException disposed && !IsClosed(disposed));

    /// <summary>True for the error of a database that this program has closed.</summary>
    public static bool IsClosed(ObjectDisposedException exception) => exception.ObjectName.EndsWith(nameof(PostgresDatabase), StringComparison.Ordinal);

    /// <summary>Returns the exception that says it: the thing, the cause, the remedy, and whether another attempt may succeed.</summary>
    /// <param name="what">What failed: "An event was not written".</param>
    /// <param name="database">The database's name for messages.</param>
    /// <param name="error">The driver's error.</param>
    public static EventException Explain(string what, string database, Exception error)
    {
        (string cause, bool isTransient) = error is PostgresException said ? Cause(said) : Cause(error);
        return new EventException($"{what}: {database} {cause}", isTransient, error);
    }

    private static (string Cause, bool IsTransient) Cause(PostgresException error) => error.SqlState switch
    {
        "28000" or "28P01" => ($"refuses the user or the password ({error.MessageText}). Correct them in the database's address, or the server's pg_hba.conf.", false),
        "3D000" => ("does not exist on this server. Make it with createdb, or correct the name in the database's address.", false),
        "42P01" or "42703" or "3F000" => ($"lacks a table of this version ({error.MessageText}). Let the station migrate it, or correct the name of the database.", false),
        "42501" => ($"does not allow this user to do it ({error.MessageText}). Give the user the right, or make it the owner of the tables.", false),
        "25006" => ("takes no writes now: it is a standby or read-only. Give the address of the primary server.", true),
        "25P02" => ("has given up this transaction because of an earlier error in it. Roll it back, and repeat it from the beginning.", false),
        "25P03" or "25P04" or "57P05" => ("has ended the transaction because it was open for too long. Repeat it.", true),
        "40001" or "40P01" => ("has rolled the transaction back in favour of another one. Repeat it.", true),
        "55P03" => ("keeps it waiting for another transaction, which holds the same event or row. Repeat it when that transaction has ended.", true),
        "57014" => ("took too long, and the operation was cancelled. Repeat it; if this happens often, look what the server is busy with.", true),
        "57P01" or "57P02" or "57P03" => ("is being shut down or started. Repeat it in a moment.", true),
        "53100" => ("has no more space on its disk. Make room on the server.", true),
        "53200" => ("has no more memory. Look at the server's settings and its other work.", true),
        "53300" => ("takes no more connections. Raise max_connections on the server, or lower Maximum Pool Size in the database's address.", true),
        _ => ($"answered with the error {error.SqlState}: {error.MessageText}.", error.IsTransient || error.SqlState is ['0', '8', ..] or ['5', '3' or '8', ..]),
    };

    private static (string Cause, bool IsTransient) Cause(Exception error)
    {
        for (Exception? inner = error; inner is not null; inner = inner.InnerException)
        {
            switch (inner)
            {
                case PostgresException said:
                    return Cause(said);
                case TimeoutException:
                    return ("did not answer in time. Check the server and the network; repeat it.", true);
                case SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData }:
                    return ("has a host whose name is unknown. Correct the name, or check the name server.", true);
                case SocketException socket:
                    return ($"cannot be reached ({socket.Message}). Check that the server runs, and its address.", true);
                case IOException:
                    return ("has cut the connection. Check the server and the network; repeat it.", true);
                case ObjectDisposedException:
                    return ("has lost the connection. Repeat it.", true);
                default:
                    break;
            }
        }

        return ($"failed ({error.Message}).", error is NpgsqlException { IsTransient: true } or NpgsqlException { InnerException: not null });
    }
}
