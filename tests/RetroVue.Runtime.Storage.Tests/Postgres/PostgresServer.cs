using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using Npgsql;

namespace RetroVue.Runtime.Storage.Tests.Postgres;

/// <summary>
/// A PostgreSQL server of the tests' own, in a temporary folder, reached by a Unix socket only. It is never run as root: then it runs as
/// "postgres" or "nobody".
/// </summary>
internal sealed class PostgresServer : IAsyncDisposable
{
    /// <summary>The port, which is only the end of the socket's name.</summary>
    public const int Port = 5432;

    private readonly string _folder = Directory.CreateTempSubdirectory("retrovue-postgres-").FullName;
    private readonly string[] _settings;
    private Process? _process;

    /// <summary>Makes and starts a server; ignores the test if PostgreSQL is not installed.</summary>
    /// <param name="isDurable">True if what is committed must survive the end of the machine; false is faster.</param>
    public PostgresServer(bool isDurable)
    {
        string? initialise = Program("initdb");
        if (initialise is null)
        {
            Directory.Delete(_folder);
            Assert.Ignore("PostgreSQL is not installed (Debian package postgresql).");
        }

        // A server that is not durable still keeps what was committed when only its processes end.
        _settings =
        [
            "-c", "listen_addresses=", "-k", _folder, "-p", Port.ToString(CultureInfo.InvariantCulture), "-c", "max_connections=200", "-c", "shared_buffers=64MB",
            .. isDurable ? Array.Empty<string>() : ["-c", "fsync=off"],
        ];
        if (IsRoot)
        {
            Tool.OutputOf("chown", UserName, _folder);
        }

        Run(Command(initialise!, "-D", Data, "-U", "station", "-A", "trust", "--no-sync", "--locale=C.UTF-8", "-E", "UTF8"));
        Start();
    }

    /// <summary>The folder of the socket.</summary>
    public string SocketFolder => _folder;

    /// <summary>The name of the socket.</summary>
    public string Socket => Path.Combine(_folder, $".s.PGSQL.{Port}");

    private static bool IsRoot => Environment.UserName == "root";

    private static string UserName { get; } = !IsRoot ? Environment.UserName : Tool.Run("id", "-u postgres").ExitCode == 0 ? "postgres" : "nobody";

    private string Data => Path.Combine(_folder, "data");

    /// <summary>Makes an empty database and returns its address.</summary>
    public async Task<string> CreateDatabaseAsync()
    {
        string name = "d" + Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture);
        await ExecuteAsync(Address("postgres"), $"CREATE DATABASE {name}");
        return Address(name);
    }

    /// <summary>Returns the address of a database.</summary>
    public string Address(string database) => $"postgresql:///{database}?host={Uri.EscapeDataString(_folder)}&port={Port}&user=station";

    /// <summary>Executes a statement on a connection of its own; returns the first value of its answer.</summary>
    public static async Task<object?> ExecuteAsync(string address, string sql)
    {
        await using NpgsqlConnection connection = new(new NpgsqlConnectionStringBuilder(Storage.Postgres.PostgresAddress.Parse(address).ConnectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await using NpgsqlCommand command = new(sql, connection);
        return await command.ExecuteScalarAsync();
    }

    /// <summary>Starts the server, and waits until it answers.</summary>
    public void Start()
    {
        var watch = Stopwatch.StartNew();
        StartProcess();
        while (!Answers())
        {
            Assert.That(watch.Elapsed, Is.LessThan(TimeSpan.FromSeconds(60)), "PostgreSQL does not start.");
            Thread.Sleep(20);
            if (_process!.HasExited)
            {
                // A process of the killed server may still be ending.
                _process.Dispose();
                StartProcess();
            }
        }
    }

    /// <summary>Stops the server as an administrator would, without waiting for its clients.</summary>
    public void Stop()
    {
        if (_process is { HasExited: false })
        {
            Signal("INT", [_process.Id]);
        }

        _process?.WaitForExit();
        _process?.Dispose();
        _process = null;
    }

    /// <summary>Kills all processes of the server, so that none can finish its work.</summary>
    public void Kill()
    {
        int parent = _process!.Id;
        int[] children = [.. Tool.Run("pgrep", "-P", parent.ToString(CultureInfo.InvariantCulture)).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => int.Parse(line, CultureInfo.InvariantCulture))];
        Signal("KILL", [parent, .. children]);
        _process.WaitForExit();
        _process.Dispose();
        _process = null;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        await Task.Run(Stop);
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Returns the path of a program of the newest version that is installed; null if there is none.</summary>
    private static string? Program(string name)
    {
        IEnumerable<string> versions = Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql").OrderByDescending(folder => int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out int version) ? version : 0).Select(folder => Path.Combine(folder, "bin"))
            : [];
        return versions.Concat((Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(':'))
            .Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
    }

    private static void Signal(string signal, int[] processes) => Tool.Run("kill", [$"-{signal}", .. processes.Select(id => id.ToString(CultureInfo.InvariantCulture))]);

    private static void Run(ProcessStartInfo start)
    {
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.That(process.ExitCode, Is.Zero, $"{start.FileName} {string.Join(' ', start.ArgumentList)}: {output}{error.GetAwaiter().GetResult()}");
    }

    private static ProcessStartInfo Command(string program, params string[] arguments)
    {
        string[] all = IsRoot ? ["setpriv", $"--reuid={UserName}", $"--regid={GroupOf(UserName)}", "--clear-groups", program, .. arguments] : [program, .. arguments];
        return new ProcessStartInfo(all[0], all[1..]) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false, WorkingDirectory = "/" };
    }

    private static string GroupOf(string user) => Tool.OutputOf("id", "-g", user).Trim();

    private void StartProcess()
    {
        _process = Process.Start(Command(Program("postgres")!, ["-D", Data, .. _settings]))!;
        // Unread output would block it.
        _process.OutputDataReceived += static (_, _) => { };
        _process.ErrorDataReceived += static (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    private bool Answers()
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(Socket));
        }
        catch (SocketException)
        {
            return false;
        }

        using NpgsqlConnection connection = new($"Host={_folder};Port={Port};Username=station;Database=postgres;Pooling=false");
        try
        {
            connection.Open();
            return true;
        }
        catch (NpgsqlException)
        {
            return false; // It is still starting.
        }
    }
}
