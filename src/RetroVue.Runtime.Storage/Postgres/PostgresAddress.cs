using System.Data.Common;
using System.Globalization;
using Npgsql;

namespace RetroVue.Runtime.Storage.Postgres;

/// <summary>Reads the address of a PostgreSQL database: a URL as libpq has it, or Npgsql's "Host=…;Database=…".</summary>
internal static class PostgresAddress
{
    /// <summary>The folder of the server's socket on Debian, Ubuntu and Fedora.</summary>
    private const string SocketFolder = "/var/run/postgresql";

    /// <summary>libpq's names of parameters, and Npgsql's. Names that differ only in blanks and underscores are not listed.</summary>
    private static readonly Dictionary<string, string> s_names = new(StringComparer.OrdinalIgnoreCase)
    {
        ["dbname"] = "Database",
        ["user"] = "Username",
        ["sslmode"] = "SSL Mode",
        ["sslcert"] = "SSL Certificate",
        ["sslkey"] = "SSL Key",
        ["sslpassword"] = "SSL Password",
        ["sslrootcert"] = "Root Certificate",
        ["sslnegotiation"] = "SSL Negotiation",
        ["gssencmode"] = "GSS Encryption Mode",
        ["channel_binding"] = "Channel Binding",
        ["application_name"] = "Application Name",
        ["client_encoding"] = "Client Encoding",
        ["connect_timeout"] = "Timeout",
        ["target_session_attrs"] = "Target Session Attributes",
        ["load_balance_hosts"] = "Load Balance Hosts",
        ["krbsrvname"] = "Kerberos Service Name",
    };

    /// <summary>True if a text is meant as the address of a PostgreSQL database.</summary>
    public static bool Matches(string text) => IsUrl(text)
        || text.Split(';').Any(part => part.Split('=') is [var key, _, ..] && key.Trim().ToUpperInvariant() is "HOST" or "SERVER");

    /// <summary>Reads an address.</summary>
    /// <exception cref="ArgumentException">It is not one; the message does not contain a password.</exception>
    public static NpgsqlConnectionStringBuilder Parse(string connection)
    {
        NpgsqlConnectionStringBuilder address;
        try
        {
            address = IsUrl(connection) ? ParseUrl(connection) : ParsePairs(connection);
        }
        catch (FormatException exception)
        {
            throw new ArgumentException(
                $"This is not the address of a PostgreSQL database: {exception.Message} Write it as postgresql://user:password@host:5432/database, or as \"Host=…;Database=…\".",
                nameof(connection),
                exception);
        }

        if (string.IsNullOrEmpty(address.Host))
        {
            address.Host = Directory.Exists(SocketFolder) ? SocketFolder : "localhost";
        }

        if (string.IsNullOrEmpty(address.Username))
        {
            address.Username = Environment.UserName;
        }

        if (string.IsNullOrEmpty(address.Database))
        {
            address.Database = address.Username;
        }

        return address;
    }

    private static bool IsUrl(string text) =>
        text.StartsWith("postgresql://", StringComparison.OrdinalIgnoreCase) || text.StartsWith("postgres://", StringComparison.OrdinalIgnoreCase);

    private static NpgsqlConnectionStringBuilder ParsePairs(string text)
    {
        try
        {
            return new NpgsqlConnectionStringBuilder(text);
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or InvalidCastException or KeyNotFoundException or OverflowException)
        {
            // Npgsql's message names the parameter, not its value.
            throw new FormatException($"{exception.Message.Split(" (Parameter ")[0].TrimEnd('.')}.", exception);
        }
    }

    /// <summary>Reads "postgresql://[user[:password]@][host[:port],…][/database][?name=value&amp;…]".</summary>
    private static NpgsqlConnectionStringBuilder ParseUrl(string text)
    {
        var address = new NpgsqlConnectionStringBuilder();
        string rest = text[(text.IndexOf("://", StringComparison.Ordinal) + 3)..];
        string query = Cut(ref rest, '?');
        string database = Cut(ref rest, '/');
        int at = rest.LastIndexOf('@');
        if (at >= 0)
        {
            string user = rest[..at];
            rest = rest[(at + 1)..];
            string password = Cut(ref user, ':');
            address.Username = Decoded(user);
            address.Password = password.Length > 0 ? Decoded(password) : null;
        }

        SetHosts(address, rest);
        address.Database = database.Length > 0 ? Decoded(database) : null;
        foreach (string pair in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            string name = pair;
            string value = Decoded(Cut(ref name, '='));
            Set(address, Decoded(name), value);
        }

        return address;
    }

    private static void SetHosts(NpgsqlConnectionStringBuilder address, string hosts)
    {
        if (hosts.Contains(',', StringComparison.Ordinal))
        {
            address.Host = Decoded(hosts);
            return;
        }

        int colon = hosts.LastIndexOf(':');
        if (colon >= 0 && colon > hosts.LastIndexOf(']'))
        {
            string port = hosts[(colon + 1)..];
            hosts = hosts[..colon];
            if (port.Length > 0)
            {
                SetPort(address, port);
            }
        }

        address.Host = hosts.Length > 0 ? Decoded(hosts.Trim('[', ']')) : null;
    }

    private static void SetPort(NpgsqlConnectionStringBuilder address, string text) =>
        address.Port = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int port) && port is > 0 and <= 65535
            ? port
            : throw new FormatException($"'{text}' is not a port, which is a number from 1 to 65535.");

    private static void Set(NpgsqlConnectionStringBuilder address, string name, string value)
    {
        if (string.Equals(name, "port", StringComparison.OrdinalIgnoreCase))
        {
            SetPort(address, value);
            return;
        }

        string key = s_names.GetValueOrDefault(name, name);
        try
        {
            // libpq writes "verify-full" and "read-write", Npgsql "VerifyFull" and "read-write".
            ((DbConnectionStringBuilder)address)[key] = key is "SSL Mode" or "GSS Encryption Mode" or "Channel Binding"
                ? value.Replace("-", null, StringComparison.Ordinal)
                : value;
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or InvalidCastException or KeyNotFoundException or OverflowException)
        {
            throw new FormatException(address.ContainsKey(key) ? $"'{value}' is not a value of its parameter '{name}'." : $"It has an unknown parameter '{name}'.", exception);
        }
    }

    /// <summary>Returns what follows a separator, and cuts it off.</summary>
    private static string Cut(ref string text, char separator)
    {
        int index = text.IndexOf(separator, StringComparison.Ordinal);
        if (index < 0)
        {
            return string.Empty;
        }

        string rest = text[(index + 1)..];
        text = text[..index];
        return rest;
    }

    private static string Decoded(string text) => Uri.UnescapeDataString(text);
}
