using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace RetroVue.Media.Devices.Native;

/// <summary>Converts errno values to exceptions; all code uses this class for that.</summary>
internal static class DeviceErrors
{
    // errno values of Linux on x86-64 and arm64 (asm-generic/errno-base.h, asm-generic/errno.h); the interop tests compare them with C's.
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

    /// <summary>Returns a result that is not an error; throws for an error.</summary>
    /// <param name="code">The result of a library call: a negated errno value is an error.</param>
    /// <param name="device">The name of the device, as given by the caller.</param>
    /// <param name="what">The operation, such as "Opening". A constant on hot paths.</param>
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

    /// <summary>Makes the exception for a positive errno value.</summary>
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
        Enoent => " There is no such device; DeviceDirectory.List shows the devices.",
        Enodev or Enxio or Ebadf => " The device is gone; it was unplugged, or its driver was unloaded.",
        Ebusy => " Another program uses it; 'fuser -v' with the device's file shows which one.",
        Eacces or Eperm => " This user has no access: add the user to the group 'audio' or 'video'.",
        Enotty => " It is not a device of this kind.",
        _ => "",
    };
}
