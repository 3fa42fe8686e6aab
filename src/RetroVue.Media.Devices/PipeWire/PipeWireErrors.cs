using System.Runtime.InteropServices;
using RetroVue.Media.Devices.Interop.PipeWire;
using RetroVue.Media.Devices.Native;

namespace RetroVue.Media.Devices.PipeWire;

/// <summary>Error messages about PipeWire.</summary>
internal static unsafe class PipeWireErrors
{
    // The errors of a connection to a socket without a server (errno.h); the last one is PipeWire's own choice.
    private const int Econnrefused = 111;
    private const int Ehostdown = 112;

    /// <summary>True if there is no daemon.</summary>
    public static bool IsNoDaemon(int errno) => errno is DeviceErrors.Enoent or Econnrefused or Ehostdown;

    /// <summary>Makes the error that connecting failed.</summary>
    public static DeviceException Connecting(string? remote, int errno) =>
        IsNoDaemon(errno)
            ? new DeviceException(NameOf(remote), $"There is no PipeWire daemon at {NameOf(remote)}. {Remedy}", errno, isTransient: true)
            : errno == DeviceErrors.Etimedout
                ? new DeviceException(NameOf(remote), $"The PipeWire daemon at {NameOf(remote)} does not answer.", errno, isTransient: true)
                : DeviceErrors.Exception(errno, NameOf(remote), "Connecting to the PipeWire daemon");

    /// <summary>Makes the error that a stream could not be made.</summary>
    public static DeviceException Opening(PipeWireOptions options, int errno) => errno switch
    {
        DeviceErrors.Enoent when options.Shared is not null => Gone(options),
        DeviceErrors.Enoent => new DeviceException(
            options.Device,
            $"PipeWire has no node {(options.Target is null ? "" : $"'{options.Target}' ")}of this kind; PipeWireDevices.List "
                + "shows the nodes.",
            errno),
        _ => DeviceErrors.Exception(errno, options.Device, "Opening PipeWire's node"),
    };

    /// <summary>Throws if an event ends a stream.</summary>
    /// <exception cref="DeviceException">The event is an error, or the daemon or the node is gone.</exception>
    public static void ThrowIfOver(in rv_pw_event taken, PipeWireOptions options)
    {
        switch ((rv_pw_event_kind)taken.kind)
        {
            case rv_pw_event_kind.RV_PW_EVENT_GONE:
                throw DaemonGone(options, -taken.code, TextOf(taken));
            case rv_pw_event_kind.RV_PW_EVENT_ERROR when taken.code == -DeviceErrors.Enodev:
                throw Gone(options);
            case rv_pw_event_kind.RV_PW_EVENT_ERROR:
                throw Refused(options, -taken.code, TextOf(taken));
            case rv_pw_event_kind.RV_PW_EVENT_STATE when taken.code == (int)rv_pw_state.RV_PW_STATE_ERROR:
                throw Refused(options, DeviceErrors.Eio, TextOf(taken));
            // A stream does not enter this state by itself before it is closed.
            case rv_pw_event_kind.RV_PW_EVENT_STATE when taken.code == (int)rv_pw_state.RV_PW_STATE_UNCONNECTED:
                throw DaemonGone(options, DeviceErrors.Epipe, TextOf(taken));
            default:
                break;
        }
    }

    /// <summary>Makes the error that no format was agreed on in time.</summary>
    public static DeviceException TimedOut(PipeWireOptions options, string state) => new(
        options.Device,
        $"{Capital(options.Description)} and the stream did not agree on a format in time (the stream is {state}). Check whether it is linked: "
            + "'pw-link -l' shows the links. A session manager may refuse to link it; see the option Linking.",
        DeviceErrors.Etimedout,
        isTransient: true);

    private static DeviceException DaemonGone(PipeWireOptions options, int errno, string text) => new(
        options.Device,
        options.Shared is not null
            ? $"The PipeWire daemon is gone while {options.Description} was in use ({text}). The portal's session has ended too: start a new one."
            : $"The PipeWire daemon at {NameOf(options.Remote)} is gone while {options.Description} was in use ({text}). {Remedy} "
                + "With the option Reconnect an element waits for it.",
        errno,
        isTransient: true);

    private static DeviceException Gone(PipeWireOptions options) => new(
        options.Device,
        options.Shared is not null
            ? $"{Capital(options.Description)} is gone: the session was ended at the desktop, or the shared window or screen was closed."
            : $"{options.Description} disappeared during use: it was unplugged, or its program ended.",
        DeviceErrors.Enodev,
        isTransient: options.Shared is null);

    private static DeviceException Refused(PipeWireOptions options, int errno, string text) => new(
        options.Device,
        $"{Capital(options.Description)} cannot be used: {text}.",
        errno);

    private static string Remedy => "Start it ('systemctl --user start pipewire'), or name another by the option Remote.";

    private static string NameOf(string? remote) => remote is null ? "the session's usual socket" : $"'{remote}'";

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];

    private static string TextOf(in rv_pw_event taken)
    {
        fixed (byte* text = taken.text)
        {
            return Marshal.PtrToStringUTF8((nint)text) is { Length: > 0 } told ? told : "no reason given";
        }
    }
}
