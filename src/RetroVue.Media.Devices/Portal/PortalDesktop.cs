using RetroVue.Media.Blocking;
using RetroVue.Media.Devices.DBus;
using RetroVue.Media.Time;

namespace RetroVue.Media.Devices.Portal;

/// <summary>The ScreenCast interface of the desktop portal, whose answers come later as signals.</summary>
/// <remarks>
/// Thread-safe. Only an answer from the portal itself, on the path of the request, is accepted. The path is known before the call, so no
/// answer is missed. Sources: the documents of org.freedesktop.portal.ScreenCast, .Request and .Session, interface version 5.
/// </remarks>
internal sealed class PortalDesktop : IDisposable
{
    private const string Name = "org.freedesktop.portal.Desktop";
    private const string Root = "/org/freedesktop/portal/desktop";
    private const string Interface = "org.freedesktop.portal.ScreenCast";
    private const string RequestInterface = "org.freedesktop.portal.Request";
    private const string SessionInterface = "org.freedesktop.portal.Session";
    private const string Bus = "org.freedesktop.DBus";

    private readonly DBusConnection _connection;
    private readonly Action<DeviceException> _ended;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, TaskCompletionSource<DBusMessage>> _requests = [];
    private string _self = "";
    private string _owner = "";
    private int _tokens;
    private string _method = "GetAll";
    private DeviceException? _over;

    private PortalDesktop(string? bus, Action<DeviceException> ended)
    {
        _ended = ended;
        _connection = DBusConnection.Open(bus, OnSignal, End);
    }

    /// <summary>The portal's capabilities.</summary>
    public ScreenCastCapabilities Capabilities { get; private set; } = new(0, ScreenCastKinds.None, ScreenCastCursors.None);

    /// <summary>Starts to connect.</summary>
    /// <param name="bus">The message bus's address; null for the session's own.</param>
    /// <param name="ended">Called once, on a thread that it must not block, if a session, the portal or the bus has ended; the exception is
    /// the reason.</param>
    /// <exception cref="DeviceException">There is no bus.</exception>
    public static PortalDesktop Open(string? bus, Action<DeviceException> ended) => new(bus, ended);

    /// <summary>Does work that waits for an answer, with a time limit, or without one if it is None.</summary>
    /// <exception cref="DeviceException">There was no answer in time.</exception>
    public async Task WithinAsync(ClockTime limit, Func<CancellationToken, Task> work, CancellationToken cancellation)
    {
        using CancellationTokenSource limited = Watchdog.CancelAfter(limit.IsNone ? Timeout.InfiniteTimeSpan : limit.ToTimeSpan());
        using var end = CancellationTokenSource.CreateLinkedTokenSource(limited.Token, cancellation);
        try
        {
            await work(end.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw PortalErrors.TimedOut(_method, limit);
        }
    }

    /// <summary>Waits until the bus has accepted the connection, and reads the portal's capabilities.</summary>
    /// <exception cref="DeviceException">There is no portal, or it cannot share screens.</exception>
    public async Task LearnAsync(CancellationToken cancellation)
    {
        string name = await _connection.ReadyAsync(cancellation).ConfigureAwait(false);
        _self = name.TrimStart(':').Replace('.', '_');
        foreach (string rule in (string[])[
            $"type='signal',sender='{Name}',interface='{RequestInterface}',member='Response'",
            $"type='signal',sender='{Name}',interface='{SessionInterface}',member='Closed'",
            $"type='signal',sender='{Bus}',interface='{Bus}',member='NameOwnerChanged',arg0='{Name}'"])
        {
            await CallAsync(Bus, "/org/freedesktop/DBus", Bus, "AddMatch", [rule], cancellation).ConfigureAwait(false);
        }

        DBusMessage reply = await CallAsync(Name, Root, "org.freedesktop.DBus.Properties", "GetAll", [Interface], cancellation)
            .ConfigureAwait(false);
        if (reply.Body is not [Dictionary<object, object?> properties]
            || properties.GetValueOrDefault("version") is not uint version
            || properties.GetValueOrDefault("AvailableSourceTypes") is not uint kinds)
        {
            throw PortalErrors.NotUnderstood("GetAll", "version and AvailableSourceTypes are missing or not numbers");
        }

        lock (_lock)
        {
            _owner = reply.Sender;
        }

        uint cursors = properties.GetValueOrDefault("AvailableCursorModes") is uint told ? told : 0;
        Capabilities = new ScreenCastCapabilities((int)version, (ScreenCastKinds)kinds, (ScreenCastCursors)cursors);
    }

    /// <summary>Returns a name for a request or a session, unique on this connection.</summary>
    public string NewToken() => $"retrovue{Interlocked.Increment(ref _tokens)}";

    /// <summary>Calls a method that answers with a signal, and waits for the signal.</summary>
    /// <returns>The values of the answer.</returns>
    /// <exception cref="DeviceException">The user or the portal refused, or the portal is gone.</exception>
    public async Task<Dictionary<object, object?>> RequestAsync(
        string method,
        IEnumerable<object> arguments,
        Dictionary<string, object> options,
        CancellationToken cancellation)
    {
        string token = NewToken();
        string path = $"{Root}/request/{_self}/{token}";
        var answer = new TaskCompletionSource<DBusMessage>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (_over is not null)
            {
                throw _over;
            }

            _requests.Add(path, answer);
        }

        var all = new Dictionary<string, object>(options, StringComparer.Ordinal) { ["handle_token"] = token };
        DBusMessage reply = await CallAsync(method, [.. arguments, all], cancellation).ConfigureAwait(false);
        if (reply.Body is not [string handle] || handle != path)
        {
            throw PortalErrors.NotUnderstood(method, "it has no request path, or a wrong one");
        }

        DBusMessage response = await answer.Task.WaitAsync(cancellation).ConfigureAwait(false);
        return response.Body is [uint code, Dictionary<object, object?> results]
            ? code == 0 ? results : throw PortalErrors.Refused(method, code)
            : throw PortalErrors.NotUnderstood(method, "it has no code and values");
    }

    /// <summary>Calls a method of the interface that answers at once.</summary>
    /// <exception cref="DeviceException">The portal refuses, or is gone.</exception>
    public Task<DBusMessage> CallAsync(string method, object[] arguments, CancellationToken cancellation) =>
        CallAsync(Name, Root, Interface, method, arguments, cancellation);

    /// <summary>Ends the connection; the portal then ends its sessions.</summary>
    public void Dispose() => _connection.Dispose();

    private async Task<DBusMessage> CallAsync(
        string destination,
        string path,
        string @interface,
        string method,
        object[] arguments,
        CancellationToken cancellation)
    {
        _method = method;
        DBusMessage reply = await _connection.CallAsync(destination, path, @interface, method, arguments, cancellation).ConfigureAwait(false);
        return reply.ThrowIfError(method);
    }

    private void OnSignal(DBusMessage signal)
    {
        if (signal is { Sender: Bus, Member: "NameOwnerChanged", Body: [Name, _, ""] })
        {
            End(PortalErrors.Gone());
            return;
        }

        TaskCompletionSource<DBusMessage>? answer = null;
        bool isClosed;
        lock (_lock)
        {
            bool isPortals = signal.Sender == _owner;
            isClosed = isPortals && signal is { Interface: SessionInterface, Member: "Closed" }
                && signal.Path.StartsWith($"{Root}/session/{_self}/", StringComparison.Ordinal);
            if (isPortals && signal is { Interface: RequestInterface, Member: "Response" })
            {
                _requests.Remove(signal.Path, out answer);
            }
        }

        answer?.TrySetResult(signal);
        if (isClosed)
        {
            End(PortalErrors.Closed());
        }
    }

    private void End(DeviceException reason)
    {
        List<TaskCompletionSource<DBusMessage>> waiting;
        lock (_lock)
        {
            if (_over is not null)
            {
                return;
            }

            _over = reason;
            waiting = [.. _requests.Values];
            _requests.Clear();
        }

        waiting.ForEach(answer => answer.TrySetException(reason));
        _ended(reason);
    }
}
