using System.Text;
using RetroVue.Media.Blocking;
using RetroVue.Media.Devices.Interop.DBus;
using RetroVue.Media.Devices.Native;
using static RetroVue.Media.Devices.Interop.DBus.LibcPoll;
using static RetroVue.Media.Devices.Interop.DBus.LibSystemd;

namespace RetroVue.Media.Devices.DBus;

/// <summary>A connection to a message bus, with a thread of its own that receives messages.</summary>
/// <remarks>
/// Thread-safe: sd-bus is not, so all calls to it are made under one lock, which the thread does not hold while it waits. sd-bus makes no
/// callbacks: this class matches replies with calls. Source: sd-bus(3).
/// </remarks>
internal sealed unsafe class DBusConnection : IDisposable
{
    private static readonly TimeSpan s_endLimit = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly Dictionary<ulong, TaskCompletionSource<DBusMessage>> _calls = [];
    private readonly TaskCompletionSource<string> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<DBusMessage> _signals = [];
    private readonly Action<DBusMessage> _signalled;
    private readonly Action<DeviceException> _gone;
    private readonly Thread _thread;
    private readonly int _wake;
    private sd_bus* _bus;
    private bool _isEnding;
    private DeviceException? _lost;

    private DBusConnection(sd_bus* bus, int wake, Action<DBusMessage> signalled, Action<DeviceException> gone)
    {
        _bus = bus;
        _wake = wake;
        _signalled = signalled;
        _gone = gone;
        _thread = new Thread(Run) { IsBackground = true, Name = "rv-dbus" };
        _thread.Start();
    }

    /// <summary>Starts to connect.</summary>
    /// <param name="address">The bus's address; null for the user's session bus.</param>
    /// <param name="signalled">Receives each signal, on the connection's thread, which it must not block.</param>
    /// <param name="gone">Called on that thread if the bus is gone and nothing more comes.</param>
    /// <exception cref="DeviceException">There is no bus.</exception>
    /// <exception cref="DeviceLibraryException">libsystemd is not installed.</exception>
    public static DBusConnection Open(string? address, Action<DBusMessage> signalled, Action<DeviceException> gone)
    {
        sd_bus* bus = null;
        int code = address is null ? sd_bus_open_user(&bus) : OpenAt(address, &bus);
        int wake = code < 0 ? -1 : eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        if (wake < 0)
        {
            sd_bus_close_unref(bus);
            throw DBusErrors.NoBus(address, code < 0 ? -code : DeviceErrors.Enomem);
        }

        return new DBusConnection(bus, wake, signalled, gone);
    }

    /// <summary>Waits until the bus has accepted the connection; returns the connection's unique name.</summary>
    /// <exception cref="DeviceException">The bus did not accept it, or is gone.</exception>
    public Task<string> ReadyAsync(CancellationToken cancellation) => _ready.Task.WaitAsync(cancellation);

    /// <summary>Calls a method. The reply may be an error.</summary>
    /// <exception cref="DeviceException">The bus is gone, or the connection was ended.</exception>
    public Task<DBusMessage> CallAsync(
        string destination,
        string path,
        string @interface,
        string member,
        ReadOnlySpan<object> arguments,
        CancellationToken cancellation)
    {
        var reply = new TaskCompletionSource<DBusMessage>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (_lost is not null)
            {
                throw _lost;
            }

            if (_bus is null)
            {
                throw DBusErrors.Ended();
            }

            _calls.Add(Send(destination, path, @interface, member, arguments), reply);
        }

        // Bytes that could not be sent at once are sent when the socket accepts more, so the thread has to know.
        Wake();
        return reply.Task.WaitAsync(cancellation);
    }

    /// <summary>Ends the connection. Pending calls fail.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_isEnding)
            {
                return;
            }

            _isEnding = true;
        }

        Wake();
        // If called from a signal handler, the thread ends by itself afterwards.
        if (Thread.CurrentThread != _thread)
        {
            Watchdog.Join(_thread, s_endLimit);
        }
    }

    private static int OpenAt(string address, sd_bus** bus)
    {
        int code = sd_bus_new(bus);
        fixed (byte* text = Encoding.UTF8.GetBytes(address + '\0'))
        {
            code = code < 0 ? code : sd_bus_set_address(*bus, text);
        }

        code = code < 0 ? code : sd_bus_set_bus_client(*bus, 1);
        return code < 0 ? code : sd_bus_start(*bus);
    }

    private ulong Send(string destination, string path, string @interface, string member, ReadOnlySpan<object> arguments)
    {
        sd_bus_message* message = null;
        ulong cookie = 0;
        fixed (byte* to = Encoding.UTF8.GetBytes(destination + '\0'))
        fixed (byte* of = Encoding.UTF8.GetBytes(path + '\0'))
        fixed (byte* on = Encoding.UTF8.GetBytes(@interface + '\0'))
        fixed (byte* what = Encoding.UTF8.GetBytes(member + '\0'))
        {
            try
            {
                sd_bus_message_new_method_call(_bus, &message, to, of, on, what).ThrowIfError(destination, "Calling");
                foreach (object argument in arguments)
                {
                    DBusValues.Append(message, argument).ThrowIfError(destination, "Calling");
                }

                sd_bus_send(_bus, message, &cookie).ThrowIfError(destination, "Calling");
                return cookie;
            }
            finally
            {
                sd_bus_message_unref(message);
            }
        }
    }

    private void Run()
    {
        pollfd* ready = stackalloc pollfd[2];
        ready[0] = new pollfd { fd = _wake, events = POLLIN };
        while (TryProcess(out ready[1]))
        {
            foreach (DBusMessage signal in _signals)
            {
                _signalled(signal);
            }

            _signals.Clear();
            _ = poll(ready, 2, -1);
            ulong count;
            _ = eventfd_read(_wake, &count);
        }

        End();
    }

    /// <summary>Processes all received messages; false if the connection has ended. Sets the event to wait for next.</summary>
    private bool TryProcess(out pollfd next)
    {
        next = default;
        lock (_lock)
        {
            int code = 1;
            while (code > 0 && !_isEnding)
            {
                sd_bus_message* message = null;
                code = sd_bus_process(_bus, &message);
                if (message is not null)
                {
                    Take(DBusMessage.Of(message));
                    sd_bus_message_unref(message);
                }
            }

            next.fd = sd_bus_get_fd(_bus);
            next.events = (short)sd_bus_get_events(_bus);
            if (code < 0)
            {
                _lost = DBusErrors.Lost(-code);
                return false;
            }

            if (!_isEnding && !_ready.Task.IsCompleted && sd_bus_is_ready(_bus) > 0)
            {
                byte* name;
                _ready.TrySetResult(sd_bus_get_unique_name(_bus, &name) < 0 ? "" : DBusMessage.TextOf(name));
            }

            return !_isEnding;
        }
    }

    private void Take(DBusMessage message)
    {
        if (message.ReplyTo != 0)
        {
            if (_calls.Remove(message.ReplyTo, out TaskCompletionSource<DBusMessage>? call))
            {
                call.TrySetResult(message);
            }
        }
        else if (message.Type == SD_BUS_MESSAGE_SIGNAL)
        {
            _signals.Add(message);
        }
    }

    private void End()
    {
        DeviceException? lost;
        List<TaskCompletionSource<DBusMessage>> calls;
        lock (_lock)
        {
            lost = _lost;
            calls = [.. _calls.Values];
            _calls.Clear();
            sd_bus_close_unref(_bus);
            _bus = null;
            _ = close(_wake);
        }

        DeviceException reason = lost ?? DBusErrors.Ended();
        _ready.TrySetException(reason);
        calls.ForEach(call => call.TrySetException(reason));
        if (lost is not null)
        {
            _gone(lost);
        }
    }

    private void Wake()
    {
        lock (_lock)
        {
            if (_bus is not null)
            {
                _ = eventfd_write(_wake, 1);
            }
        }
    }
}
