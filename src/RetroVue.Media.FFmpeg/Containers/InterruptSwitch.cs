using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using RetroVue.Media.Clocks;
using RetroVue.Media.FFmpeg.Interop;
using RetroVue.Media.Time;

namespace RetroVue.Media.FFmpeg.Containers;

/// <summary>
/// Ends a call into libavformat that blocks or takes too long: when the switch is thrown, or at a deadline. libavformat checks it between
/// reads (AVIOInterruptCB, libavformat/avio.h) and then returns AVERROR_EXIT.
/// </summary>
/// <remarks>
/// Any thread may throw it. Its times are real even in a simulation: they limit the work of libavformat, which no simulated clock controls.
/// It must live as long as every user of <see cref="Callback"/>.
/// </remarks>
internal sealed unsafe class InterruptSwitch
{
    private const int Thrown = 0;
    private const int Deadline = 1;
    private const int Asked = 2;
    private const long Never = long.MaxValue;

    // Pinned: native code keeps its address. The first two are system times from which on calls are ended; the last is the time of the last
    // check.
    private readonly long[] _state = GC.AllocateArray<long>(3, pinned: true);

    public InterruptSwitch() => Reset();

    /// <summary>The callback for libavformat.</summary>
    public AVIOInterruptCB Callback => new() { callback = &IsDue, opaque = State };

    /// <summary>True once thrown.</summary>
    public bool IsThrown => Volatile.Read(ref _state[Thrown]) != Never;

    /// <summary>
    /// The time of libavformat's last check, which it does at each read, or of the switch's construction. If it is long ago, a read hangs.
    /// Any thread.
    /// </summary>
    public ClockTime LastAsked => ClockTime.FromNanoseconds(Volatile.Read(ref _state[Asked]));

    private void* State => Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_state));

    /// <summary>Ends the present call and all later ones.</summary>
    /// <param name="grace">How long the present call may still take.</param>
    public void Throw(ClockTime grace = default) => Volatile.Write(ref _state[Thrown], (SystemClock.Instance.Now + grace).Nanoseconds);

    /// <summary>Sets a time limit, counted from now, after which running calls end; None for no limit.</summary>
    public void Limit(ClockTime duration) => Volatile.Write(ref _state[Deadline], duration.IsNone ? Never : (SystemClock.Instance.Now + duration).Nanoseconds);

    /// <summary>Removes the time limit.</summary>
    public void Unlimit() => Volatile.Write(ref _state[Deadline], Never);

    /// <summary>Resets the switch: not thrown, without a limit.</summary>
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
