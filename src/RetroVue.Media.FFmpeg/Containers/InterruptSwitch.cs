using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using RetroVue.Media.Clocks;
using RetroVue.Media.FFmpeg.Interop;
using RetroVue.Media.Time;

namespace RetroVue.Media.FFmpeg.Containers;

/// <summary>
/// Ends a call into libavformat that blocks or goes on for ever: by a throw of the switch, or by a deadline. libavformat asks it between
/// reads (AVIOInterruptCB, libavformat/avio.h) and then returns AVERROR_EXIT.
/// </summary>
/// <remarks>
/// Throwing is for any thread. Its times are real also in a simulation: they bound what a file makes libavformat do, which no
/// simulated clock governs. Must live as long as whatever was given <see cref="Callback"/>.
/// </remarks>
internal sealed unsafe class InterruptSwitch
{
    private const int Thrown = 0;
    private const int Deadline = 1;
    private const int Asked = 2;
    private const long Never = long.MaxValue;

    // Pinned: native code holds its address. The first two are system times from which on calls are ended, the last is when it was asked.
    private readonly long[] _state = GC.AllocateArray<long>(3, pinned: true);

    public InterruptSwitch() => Reset();

    /// <summary>What libavformat is given.</summary>
    public AVIOInterruptCB Callback => new() { callback = &IsDue, opaque = State };

    /// <summary>True once thrown.</summary>
    public bool IsThrown => Volatile.Read(ref _state[Thrown]) != Never;

    /// <summary>When libavformat asked last, which it does at every read, or the switch was made: what is long ago hangs. Any thread.</summary>
    public ClockTime LastAsked => ClockTime.FromNanoseconds(Volatile.Read(ref _state[Asked]));

    private void* State => Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_state));

    /// <summary>Ends the running call and all later ones.</summary>
    /// <param name="grace">How long the running call may still take to end by itself.</param>
    public void Throw(ClockTime grace = default) => Volatile.Write(ref _state[Thrown], (SystemClock.Instance.Now + grace).Nanoseconds);

    /// <summary>Ends calls that are running when that has passed from now on; None: never.</summary>
    public void Limit(ClockTime duration) => Volatile.Write(ref _state[Deadline], duration.IsNone ? Never : (SystemClock.Instance.Now + duration).Nanoseconds);

    /// <summary>Takes the limit away.</summary>
    public void Unlimit() => Volatile.Write(ref _state[Deadline], Never);

    /// <summary>Makes the switch as new: not thrown, without a limit.</summary>
    public void Reset()
    {
        Volatile.Write(ref _state[Thrown], Never);
        Volatile.Write(ref _state[Asked], SystemClock.Instance.Now.Nanoseconds);
        Unlimit();
    }

    [UnmanagedCallersOnly]
    private static int IsDue(void* opaque)
    {
        var state = (long*)opaque;
        var now = SystemClock.Instance.Now.Nanoseconds;
        Volatile.Write(ref state[Asked], now);
        return now >= Volatile.Read(ref state[Thrown]) || now > Volatile.Read(ref state[Deadline]) ? 1 : 0;
    }
}
