using System.Runtime.InteropServices;
using RetroVue.Media.Devices.Interop.DBus;
using static RetroVue.Media.Devices.Interop.DBus.LibSystemd;

namespace RetroVue.Media.Devices.DBus;

/// <summary>A received message, read completely: a reply, an error or a signal. See <see cref="DBusValues.Read"/> for its body.</summary>
/// <param name="Type">SD_BUS_MESSAGE_METHOD_RETURN, _METHOD_ERROR, _SIGNAL or the call's 1.</param>
/// <param name="Sender">The unique name of the sender.</param>
/// <param name="Path">For a signal: the object's path.</param>
/// <param name="Interface">For a signal: the interface.</param>
/// <param name="Member">For a signal: its name.</param>
/// <param name="Error">For an error: its name.</param>
/// <param name="ReplyTo">For a reply or an error: the call's cookie; otherwise 0.</param>
/// <param name="Body">The arguments; none if they cannot be read.</param>
internal sealed unsafe record DBusMessage(
    byte Type,
    string Sender,
    string Path,
    string Interface,
    string Member,
    string Error,
    ulong ReplyTo,
    IReadOnlyList<object?> Body)
{
    /// <summary>True if the message is an error reply.</summary>
    public bool IsError => Type == SD_BUS_MESSAGE_METHOD_ERROR;

    /// <summary>For an error: its text for people.</summary>
    public string Text => Body is [string text, ..] && text.Length > 0 ? text : Error;

    /// <summary>Reads an sd-bus message.</summary>
    public static DBusMessage Of(sd_bus_message* message)
    {
        byte type;
        ulong replyTo = 0;
        _ = sd_bus_message_get_type(message, &type);
        bool isReply = type is SD_BUS_MESSAGE_METHOD_RETURN or SD_BUS_MESSAGE_METHOD_ERROR;
        if (isReply)
        {
            _ = sd_bus_message_get_reply_cookie(message, &replyTo);
        }

        // A struct sd_bus_error begins with the error's name (systemd/sd-bus.h).
        var error = (byte**)sd_bus_message_get_error(message);
        return new DBusMessage(
            type,
            TextOf(sd_bus_message_get_sender(message)),
            TextOf(sd_bus_message_get_path(message)),
            TextOf(sd_bus_message_get_interface(message)),
            TextOf(sd_bus_message_get_member(message)),
            error is null ? "" : TextOf(*error),
            replyTo,
            BodyOf(message));
    }

    private static object?[] BodyOf(sd_bus_message* message)
    {
        try
        {
            return DBusValues.Read(message);
        }
        catch (InvalidDataException)
        {
            return [];
        }
    }

    /// <summary>Reads a C string; empty for null.</summary>
    internal static string TextOf(byte* text) => Marshal.PtrToStringUTF8((nint)text) ?? "";
}
