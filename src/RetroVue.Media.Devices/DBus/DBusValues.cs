using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using RetroVue.Media.Devices.Interop.DBus;
using static RetroVue.Media.Devices.Interop.DBus.LibcPoll;
using static RetroVue.Media.Devices.Interop.DBus.LibSystemd;

namespace RetroVue.Media.Devices.DBus;

/// <summary>Converts between arguments of D-Bus messages and plain objects. Source: the D-Bus specification, "Type System".</summary>
/// <remarks>The caller must hold the connection's lock, because a message belongs to its connection.</remarks>
internal static unsafe class DBusValues
{
    /// <summary>
    /// Returns the remaining values at this level: texts and paths as string, numbers as the type of their size, booleans, structs and
    /// arrays as object?[], dictionaries as Dictionary&lt;object, object?&gt;, a variant as its content, a file descriptor as a
    /// SafeFileHandle of its own.
    /// </summary>
    /// <exception cref="InvalidDataException">The bytes do not match the message's signature.</exception>
    public static object?[] Read(sd_bus_message* message)
    {
        var values = new List<object?>();
        byte type;
        byte* contents;
        while (Check(sd_bus_message_peek_type(message, &type, &contents)) > 0)
        {
            values.Add(ReadOne(message, (char)type, contents));
        }

        return [.. values];
    }

    /// <summary>Appends a string, a <see cref="DBusPath"/>, a uint, a bool, or a dictionary of them as a{sv}.</summary>
    /// <returns>A negated errno value if it cannot be appended.</returns>
    public static int Append(sd_bus_message* message, object value)
    {
        switch (value)
        {
            case string text:
                return AppendText(message, 's', text);
            case DBusPath path:
                return AppendText(message, 'o', path.Text);
            case uint number:
                return sd_bus_message_append_basic(message, (byte)'u', &number);
            case bool flag:
                // A whole int, says sd_bus_message_append_basic(3).
                int word = flag ? 1 : 0;
                return sd_bus_message_append_basic(message, (byte)'b', &word);
            case IReadOnlyDictionary<string, object> dictionary:
                return AppendDictionary(message, dictionary);
            default:
                throw new ArgumentException($"A {value.GetType().Name} cannot be sent over D-Bus here.", nameof(value));
        }
    }

    /// <summary>Opens a container; later values are appended to it until it is closed.</summary>
    public static int Open(sd_bus_message* message, char type, string contents)
    {
        fixed (byte* text = Encoding.ASCII.GetBytes(contents + '\0'))
        {
            return sd_bus_message_open_container(message, (byte)type, text);
        }
    }

    private static object? ReadOne(sd_bus_message* message, char type, byte* contents)
    {
        if (type is 'a' or 'r' or 'v' or 'e')
        {
            bool isDictionary = type == 'a' && *contents == (byte)'{';
            Check(sd_bus_message_enter_container(message, (byte)type, contents));
            object?[] values = Read(message);
            Check(sd_bus_message_exit_container(message));
            return type == 'v' ? values.Single() : isDictionary ? ToDictionary(values) : values;
        }

        ulong room = 0;
        Check(sd_bus_message_read_basic(message, (byte)type, &room));
        return type switch
        {
            's' or 'o' or 'g' => Marshal.PtrToStringUTF8((nint)room),
            'b' => *(int*)&room != 0,
            'y' => *(byte*)&room,
            'n' => *(short*)&room,
            'q' => *(ushort*)&room,
            'i' => *(int*)&room,
            'u' => *(uint*)&room,
            'x' => *(long*)&room,
            't' => room,
            'd' => *(double*)&room,
            // The message closes its own file descriptors.
            'h' => new SafeFileHandle(fcntl(*(int*)&room, F_DUPFD_CLOEXEC, 0), ownsHandle: true),
            _ => null,
        };
    }

    private static int Check(int code) =>
        code < 0 ? throw new InvalidDataException(Marshal.GetPInvokeErrorMessage(-code)) : code;

    private static Dictionary<object, object?> ToDictionary(object?[] entries)
    {
        var dictionary = new Dictionary<object, object?>();
        foreach (object? entry in entries)
        {
            if (entry is object?[] and [{ } key, var value])
            {
                dictionary[key] = value;
            }
        }

        return dictionary;
    }

    private static int AppendText(sd_bus_message* message, char type, string text)
    {
        fixed (byte* bytes = Encoding.UTF8.GetBytes(text + '\0'))
        {
            return sd_bus_message_append_basic(message, (byte)type, bytes);
        }
    }

    private static int AppendDictionary(sd_bus_message* message, IReadOnlyDictionary<string, object> dictionary)
    {
        int code = Open(message, 'a', "{sv}");
        foreach ((string key, object value) in dictionary)
        {
            string signature = value switch
            {
                string => "s",
                DBusPath => "o",
                uint => "u",
                _ => "b",
            };
            code = Worse(code, Open(message, 'e', "sv"));
            code = Worse(code, AppendText(message, 's', key));
            code = Worse(code, Open(message, 'v', signature));
            code = Worse(code, Append(message, value));
            code = Worse(code, sd_bus_message_close_container(message));
            code = Worse(code, sd_bus_message_close_container(message));
        }

        return Worse(code, sd_bus_message_close_container(message));
    }

    /// <summary>Returns the first of two errors.</summary>
    private static int Worse(int first, int second) => first < 0 ? first : second;
}
