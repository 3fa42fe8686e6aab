using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static RetroVue.Media.Devices.Interop.Alsa.LibAsound;

namespace RetroVue.Media.Devices.Alsa;

/// <summary>Stops alsa-lib from writing to standard error: the exceptions contain its errors.</summary>
internal static unsafe class AlsaLog
{
    private static int s_isSilent;

    public static void Silence()
    {
        if (Interlocked.Exchange(ref s_isSilent, 1) == 0)
        {
            _ = snd_lib_error_set_handler(&Ignore);
        }
    }

    // The library passes more arguments, for the format; with Linux's calling conventions the caller removes them.
    [UnmanagedCallersOnly]
    private static void Ignore(byte* file, int line, byte* function, int error, byte* format)
    {
    }
}
