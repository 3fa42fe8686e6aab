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
/// Throwing is for any thread. The deadline is real time also in a simulation: it bounds what a file makes libavformat do, which no
/// simulated clock governs. Must live as long as whatever was given <see cref="Callback"/>.
/// </remarks>
internal sealed unsafe class InterruptSwitch
{
    private const int Thrown = 0;
    private const int Deadline = 1;

    // Pinned: native code holds its address.
    private readonly long[] _state = GC.AllocateArray<long>(2, pinned: true);

    public InterruptSwitch() => Unlimit();

    /// <summary>What libavformat is given.</summary>
    public AVIOInterruptCB Callback => new() { callback = &IsDue, opaque = State };

    /// <summary>True once thrown.</summary>
    public bool IsThrown => Volatile.Read(ref _state[Thrown]) != 0;

    private void* State => Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_state));

    /// <summary>Ends the running call and all later ones.</summary>
    public void Throw() => Volatile.Write(ref _state[Thrown], 1);

    /// <summary>Ends calls that are running when the time is over.</summary>
    public void Limit(ClockTime time) => Volatile.Write(ref _state[Deadline], (SystemClock.Instance.Now + time).Nanoseconds);

    /// <summary>Takes the limit away.</summary>
    public void Unlimit() => Volatile.Write(ref _state[Deadline], long.MaxValue);

    [UnmanagedCallersOnly]
    private static int IsDue(void* opaque)
    {
        var state = (long*)opaque;
        return Volatile.Read(ref state[Thrown]) != 0 || SystemClock.Instance.Now.Nanoseconds > Volatile.Read(ref state[Deadline]) ? 1 : 0;
    }
}
