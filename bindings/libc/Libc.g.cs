#pragma warning disable
using System.Runtime.InteropServices;
[assembly: System.Runtime.CompilerServices.DisableRuntimeMarshalling]
namespace RetroVue.Media.Interop;
internal struct timespec { public long tv_sec; public long tv_nsec; }
internal static unsafe class Libc {
 public const int CLOCK_MONOTONIC=1, CLOCK_REALTIME=0, CLOCK_BOOTTIME=7, PR_SET_TIMERSLACK=29, FUTEX_WAIT_BITSET=9, FUTEX_PRIVATE_FLAG=128, FUTEX_WAKE=1, ETIMEDOUT=110, EAGAIN=11, EINTR=4;
 public const uint FUTEX_BITSET_MATCH_ANY=0xffffffff;
 [DllImport("libc.so.6"), SuppressGCTransition] public static extern int clock_gettime(int c, timespec* t);
 [DllImport("libc.so.6")] public static extern int prctl(int o, nint a, nint b, nint c, nint d);
 [DllImport("libc.so.6")] public static extern nint syscall(long n, nint a, nint b, nint c, nint d, nint e, nint f);
}
