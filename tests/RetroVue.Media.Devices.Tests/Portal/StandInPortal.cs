using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using RetroVue.Media.Devices.DBus;
using RetroVue.Media.Devices.Interop.DBus;
using static RetroVue.Media.Devices.Interop.DBus.LibSystemd;
using static RetroVue.Media.Devices.Tests.Portal.SdBus;

namespace RetroVue.Media.Devices.Tests.Portal;

/// <summary>
/// A stand-in for the desktop's portal on a bus. It answers as the documents of the portal's interfaces say, or with one fault.
/// </summary>
internal sealed unsafe class StandInPortal : IDisposable
{
    private const string Root = "/org/freedesktop/portal/desktop";
    private const string Request = "org.freedesktop.portal.Request";
    private const string Session = "org.freedesktop.portal.Session";

    private readonly string _address;
    private readonly ConcurrentQueue<Action> _orders = new();
    private readonly ManualResetEventSlim _isThere = new();
    private readonly Thread _thread;
    private sd_bus* _bus;
    private string _client = "";
    private volatile bool _isEnding;

    public StandInPortal(string address)
    {
        _address = address;
        _thread = new Thread(Run) { Name = "stand-in portal" };
    }

    public Fault Fault { get; init; }

    public uint Version { get; init; } = 5;

    public uint Kinds { get; init; } = 3;

    public uint Cursors { get; init; } = 7;

    /// <summary>The user's answer to Start: 0 for yes, 1 for no, 2 for neither.</summary>
    public uint Answer { get; init; }

    /// <summary>The nodes that are shared.</summary>
    public IReadOnlyList<uint> Nodes { get; init; } = [42];

    /// <summary>The socket of PipeWire's daemon.</summary>
    public string? Remote { get; init; }

    /// <summary>The calls to the portal: the method, and its last argument, the options.</summary>
    public ConcurrentQueue<(string Method, Dictionary<object, object?> Options)> Calls { get; } = new();

    /// <summary>The session's path.</summary>
    public string SessionPath { get; private set; } = "";

    /// <summary>The number of the last token. Each session's token has the next number.</summary>
    public int Tokens { get; private set; }

    public StandInPortal Start()
    {
        _thread.Start();
        _isThere.Wait();
        return this;
    }

    /// <summary>Ends the session, as the user does at the desktop.</summary>
    public void EndSession() => _orders.Enqueue(() => Emit(_bus, SessionPath, Session, "Closed", null));

    public void Dispose()
    {
        _isEnding = true;
        _thread.Join();
        _isThere.Dispose();
    }

    private static byte[] Text(string text) => Encoding.UTF8.GetBytes(text + '\0');

    private static sd_bus* Connect(string address)
    {
        sd_bus* bus;
        fixed (byte* text = Text(address))
        {
            Assert.That(sd_bus_new(&bus), Is.Not.Negative);
            Assert.That(sd_bus_set_address(bus, text), Is.Not.Negative);
        }

        Assert.That(sd_bus_set_bus_client(bus, 1), Is.Not.Negative);
        Assert.That(sd_bus_start(bus), Is.Not.Negative);
        return bus;
    }

    private void Run()
    {
        _bus = Connect(_address);
        fixed (byte* name = Text("org.freedesktop.portal.Desktop"))
        {
            Assert.That(sd_bus_request_name(_bus, name, 0), Is.Not.Negative);
        }

        _isThere.Set();
        while (!_isEnding && _bus is not null)
        {
            while (_orders.TryDequeue(out Action? order))
            {
                order();
            }

            sd_bus_message* call = null;
            int code = sd_bus_process(_bus, &call);
            if (call is not null)
            {
                Handle(call);
                sd_bus_message_unref(call);
            }
            else if (code < 0)
            {
                break;
            }
            else if (code == 0)
            {
                _ = sd_bus_wait(_bus, 10_000);
            }
        }

        End();
    }

    private void End()
    {
        sd_bus_close_unref(_bus);
        _bus = null;
    }

    private void Handle(sd_bus_message* call)
    {
        DBusMessage message = DBusMessage.Of(call);
        if (message.Type != 1 || Fault == Fault.Deaf)
        {
            return;
        }

        _client = message.Sender;
        Calls.Enqueue((message.Member, message.Body is [.., Dictionary<object, object?> options] ? options : []));
        switch (message.Member)
        {
            case "GetAll" when Fault == Fault.NoScreens:
                Refuse(call, "org.freedesktop.DBus.Error.InvalidArgs", "No such interface");
                break;
            case "GetAll":
                Reply(call, reply => DBusValues.Append((sd_bus_message*)reply, Properties()));
                break;
            case "CreateSession" or "SelectSources" or "Start":
                TakeRequest(call, message);
                break;
            case "OpenPipeWireRemote":
                Reply(call, reply => AppendRemote((sd_bus_message*)reply));
                break;
            default:
                Refuse(call, "org.freedesktop.DBus.Error.UnknownMethod", "No such method");
                break;
        }
    }

    private Dictionary<string, object> Properties()
    {
        var properties = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["AvailableSourceTypes"] = Fault == Fault.KindsAsText ? "all" : Kinds,
        };
        if (Fault != Fault.NoVersion)
        {
            properties["version"] = Version;
        }

        if (Version >= 2)
        {
            properties["AvailableCursorModes"] = Cursors;
        }

        return properties;
    }

    private void TakeRequest(sd_bus_message* call, DBusMessage message)
    {
        bool isStart = message.Member == "Start";
        string self = message.Sender.TrimStart(':').Replace('.', '_');
        var options = (Dictionary<object, object?>)message.Body[^1]!;
        string path = $"{Root}/request/{self}/{options["handle_token"]}";
        if (message.Member == "CreateSession")
        {
            SessionPath = $"{Root}/session/{self}/{options["session_handle_token"]}";
        }

        if (isStart && Fault == Fault.DiesWhenCalled)
        {
            End();
            return;
        }

        if (Fault == Fault.AnswersFirst)
        {
            Respond(path, message.Member);
        }

        Reply(call, reply => DBusValues.Append((sd_bus_message*)reply, new DBusPath(Fault == Fault.OtherPath ? path + "x" : path)));
        if (isStart && Fault == Fault.DiesWhileAsking)
        {
            End();
            return;
        }

        if (Fault == Fault.StrangerAnswers)
        {
            AnswerAsStranger(path);
        }

        if (Fault != Fault.AnswersFirst && !(isStart && Fault == Fault.NobodyAnswers))
        {
            Respond(path, message.Member);
        }
    }

    private void Respond(string path, string method) => Emit(_bus, path, Request, "Response", signal =>
    {
        if (Fault == Fault.EmptyAnswer)
        {
            return;
        }

        var message = (sd_bus_message*)signal;
        DBusValues.Append(message, method == "Start" ? Answer : 0u);
        DBusValues.Open(message, 'a', "{sv}");
        switch (method)
        {
            case "CreateSession" when Fault == Fault.SessionHandleAsNumber:
                AppendEntry(message, "session_handle", "u", value => DBusValues.Append((sd_bus_message*)value, 7u));
                break;
            case "CreateSession" when Fault != Fault.NoSessionHandle:
                AppendEntry(message, "session_handle", "s", value => DBusValues.Append((sd_bus_message*)value, SessionPath));
                break;
            case "Start" when Answer == 0:
                AppendStarted(message);
                break;
        }

        sd_bus_message_close_container(message);
    });

    private void AppendStarted(sd_bus_message* message)
    {
        if (Version >= 4)
        {
            Tokens++;
            AppendEntry(message, "restore_token", "s", value => DBusValues.Append((sd_bus_message*)value, $"token {Tokens}"));
        }

        if (Fault == Fault.StreamsAsText)
        {
            AppendEntry(message, "streams", "s", value => DBusValues.Append((sd_bus_message*)value, "42"));
        }
        else if (Fault != Fault.NoStreams)
        {
            AppendEntry(message, "streams", "a(ua{sv})", AppendStreams);
        }
    }

    private void AppendStreams(nint value)
    {
        var message = (sd_bus_message*)value;
        DBusValues.Open(message, 'a', "(ua{sv})");
        foreach (uint node in Fault == Fault.EmptyStreams ? [] : Nodes)
        {
            DBusValues.Open(message, 'r', "ua{sv}");
            DBusValues.Append(message, node);
            DBusValues.Open(message, 'a', "{sv}");
            AppendEntry(message, "position", "(ii)", pair => AppendPair(pair, -1920, 0));
            AppendEntry(message, "size", "(ii)", pair => AppendPair(pair, 1920, 1080));
            AppendEntry(message, "source_type", "u", kind => DBusValues.Append((sd_bus_message*)kind, 2u));
            AppendEntry(message, "pipewire-serial", "t", serial =>
            {
                ulong number = 1_000_000_000_000;
                sd_bus_message_append_basic((sd_bus_message*)serial, (byte)'t', &number);
            });
            sd_bus_message_close_container(message);
            sd_bus_message_close_container(message);
        }

        sd_bus_message_close_container(message);
    }

    private static void AppendPair(nint value, int first, int second)
    {
        var message = (sd_bus_message*)value;
        DBusValues.Open(message, 'r', "ii");
        sd_bus_message_append_basic(message, (byte)'i', &first);
        sd_bus_message_append_basic(message, (byte)'i', &second);
        sd_bus_message_close_container(message);
    }

    private static void AppendEntry(sd_bus_message* message, string key, string signature, Action<nint> value)
    {
        DBusValues.Open(message, 'e', "sv");
        DBusValues.Append(message, key);
        DBusValues.Open(message, 'v', signature);
        value((nint)message);
        sd_bus_message_close_container(message);
        sd_bus_message_close_container(message);
    }

    private void AppendRemote(sd_bus_message* message)
    {
        if (Fault == Fault.RemoteAsNumber)
        {
            DBusValues.Append(message, 3u);
            return;
        }

        using var daemon = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        if (Fault != Fault.RemoteIsDead)
        {
            daemon.Connect(new UnixDomainSocketEndPoint(Remote!));
            // PipeWire needs a socket that reads and writes without waiting.
            daemon.Blocking = false;
        }

        int fd = (int)daemon.Handle;
        Assert.That(sd_bus_message_append_basic(message, (byte)'h', &fd), Is.Not.Negative);
    }

    private void AnswerAsStranger(string path)
    {
        sd_bus* stranger = Connect(_address);
        Emit(stranger, path, Request, "Response", signal =>
        {
            DBusValues.Append((sd_bus_message*)signal, 1u);
            DBusValues.Append((sd_bus_message*)signal, new Dictionary<string, object>(StringComparer.Ordinal));
        });
        Emit(stranger, SessionPath, Session, "Closed", null);
        // This waits until the bus has accepted the connection, that is until it has answered the greeting and more.
        while (sd_bus_is_ready(stranger) == 0)
        {
            sd_bus_message* message = null;
            _ = sd_bus_process(stranger, &message);
            sd_bus_message_unref(message);
            _ = sd_bus_wait(stranger, 10_000);
        }

        sd_bus_close_unref(stranger);
    }

    private void Emit(sd_bus* from, string path, string on, string member, Action<nint>? append)
    {
        sd_bus_message* signal;
        fixed (byte* pathText = Text(path), onText = Text(on), memberText = Text(member), client = Text(_client))
        {
            Assert.That(sd_bus_message_new_signal(from, &signal, pathText, onText, memberText), Is.Not.Negative);
            Assert.That(sd_bus_message_set_destination(signal, client), Is.Not.Negative);
        }

        append?.Invoke((nint)signal);
        Send(from, signal);
    }

    private void Reply(sd_bus_message* call, Action<nint> append)
    {
        sd_bus_message* reply;
        Assert.That(sd_bus_message_new_method_return(call, &reply), Is.Not.Negative);
        append((nint)reply);
        Send(_bus, reply);
    }

    private void Refuse(sd_bus_message* call, string name, string text)
    {
        sd_bus_message* reply;
        fixed (byte* nameText = Text(name), messageText = Text(text))
        {
            var error = new Error { Name = nameText, Message = messageText };
            Assert.That(sd_bus_message_new_method_error(call, &reply, &error), Is.Not.Negative);
        }

        Send(_bus, reply);
    }

    private static void Send(sd_bus* bus, sd_bus_message* message)
    {
        Assert.That(sd_bus_send(bus, message, null), Is.Not.Negative);
        sd_bus_message_unref(message);
    }
}
