using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace RetroVue.Media.Devices.Native;

/// <summary>The one way from errno values to exceptions.</summary>
internal static class DeviceErrors
{
    // errno values of Linux on x86-64 and arm64 (asm-generic/errno-base.h, asm-generic/errno.h), which the interop tests hold against C's.
    public const int Eperm = 1;
    public const int Enoent = 2;
    public const int Eintr = 4;
    public const int Eio = 5;
    public const int Enxio = 6;
    public const int Ebadf = 9;
    public const int Eagain = 11;
    public const int Enomem = 12;
    public const int Eacces = 13;
    public const int Ebusy = 16;
    public const int Enodev = 19;
    public const int Einval = 22;
    public const int Enotty = 25;
    public const int Epipe = 32;
    public const int Erange = 34;
    public const int Enolck = 37;
    public const int Enodata = 61;
    public const int Enolink = 67;
    public const int Estrpipe = 86;
    public const int Etimedout = 110;

    /// <summary>Passes a result that is no error; throws for one that is.</summary>
    /// <param name="code">What a library returned: a negated errno value is an error.</param>
    /// <param name="device">The device as the caller named it.</param>
    /// <param name="what">What was being done, such as "Opening". A constant on hot paths.</param>
    /// <returns>The code, zero or more.</returns>
    /// <exception cref="DeviceException">The code is negative.</exception>
    [StackTraceHidden]
    public static int ThrowIfError(this int code, string device, string what)
    {
        if (code < 0)
        {
            Throw(-code, device, what);
        }

        return code;
    }

    /// <summary>The exception for an errno value, positive.</summary>
    public static DeviceException Exception(int errno, string device, string what) => new(
        device,
        $"{what} '{device}': {Marshal.GetPInvokeErrorMessage(errno)}.{Remedy(errno)}",
        errno,
        IsTransient(errno));

    /// <summary>True if others may end it: the call was interrupted, the device is in use, was unplugged, or there is no memory or answer now.</summary>
    public static bool IsTransient(int errno) => errno is Eagain or Eintr or Ebusy or Etimedout or Enomem or Enodev or Enxio or Ebadf;

    [StackTraceHidden]
    [DoesNotReturn]
    private static void Throw(int errno, string device, string what) => throw Exception(errno, device, what);

    private static string Remedy(int errno) => errno switch
    {
        Enoent => " There is no such device; DeviceDirectory.List tells which there are.",
        Enodev or Enxio or Ebadf => " The device is gone; it was unplugged, or its driver was unloaded.",
        Ebusy => " Another program uses it; 'fuser -v' with the device's file tells which.",
        Eacces or Eperm => " The user has no right to it: the groups 'audio' and 'video' give it.",
        Enotty => " It is not a device of this kind.",
        _ => "",
    };
}
