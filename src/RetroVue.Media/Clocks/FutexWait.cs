using System.ComponentModel;
using System.Runtime.InteropServices;
using RetroVue.Media.Interop;
using RetroVue.Media.Time;

namespace RetroVue.Media.Clocks;

/// <summary>A wait on a futex word: bit 0 says unscheduled, the rest counts requests to map the deadline again.</summary>
/// <remarks>Source: futex(2), FUTEX_WAIT_BITSET, whose time-out is absolute on CLOCK_MONOTONIC.</remarks>
internal sealed unsafe class FutexWait : ClockWait
{
    private const int Unscheduled = 1;
    private const int RemapStep = 2;

    [ThreadStatic]
    private static bool t_slackIsSet;

    private static readonly long s_futex = RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => 202,
        Architecture.Arm64 => 98,
        var other => throw new PlatformNotSupportedException($"Waiting is implemented for x64 and arm64, not for {other}."),
    };

    // Pinned, so the kernel may be given its address for as long as the wait lives.
    private readonly int[] _word = GC.AllocateArray<int>(1, pinned: true);

    private int* Word => (int*)Marshal.UnsafeAddrOfPinnedArrayElement(_word, 0);

    public override ClockWaitResult Until(IClock clock, ClockTime deadline)
    {
        ArgumentNullException.ThrowIfNull(clock);
        if (deadline.IsNone)
        {
            throw new ArgumentException("A deadline cannot be None.", nameof(deadline));
        }

        SetSlack();
        bool isSystem = ReferenceEquals(clock, SystemClock.Instance);
        while (true)
        {
            int seen = Volatile.Read(ref _word[0]);
            if ((seen & Unscheduled) != 0)
            {
                return ClockWaitResult.Unscheduled;
            }

            ClockTime until = deadline;
            if (isSystem)
            {
                ClockTime now = clock.Now;
                if (now >= deadline)
                {
                    return new ClockWaitResult(true, now - deadline);
                }
            }
            else
            {
                ClockReading reading = clock.Read();
                if (reading.Time >= deadline)
                {
                    return new ClockWaitResult(true, reading.Time - deadline);
                }

                until = reading.SystemTime + ClockTime.Min(deadline - reading.Time, RemapInterval);
            }

            Sleep(seen, until);
        }
    }

    public override void Unschedule()
    {
        Interlocked.Or(ref _word[0], Unscheduled);
        WakeUp();
    }

    public override void Reset() => Interlocked.And(ref _word[0], ~Unscheduled);

    public override void Remap()
    {
        Interlocked.Add(ref _word[0], RemapStep);
        WakeUp();
    }

    private static void SetSlack()
    {
        if (!t_slackIsSet)
        {
            _ = Libc.prctl(Libc.PR_SET_TIMERSLACK, 1, 0, 0, 0);
            t_slackIsSet = true;
        }
    }

    private void Sleep(int seen, ClockTime until)
    {
        (long seconds, long nanoseconds) = Math.DivRem(until.Nanoseconds, 1_000_000_000);
        timespec time = new() { tv_sec = seconds, tv_nsec = nanoseconds };
        const int wait = Libc.FUTEX_WAIT_BITSET | Libc.FUTEX_PRIVATE_FLAG;
        if (Libc.syscall(s_futex, (nint)Word, wait, seen, (nint)(&time), 0, Libc.FUTEX_BITSET_MATCH_ANY) < 0)
        {
            int error = Marshal.GetLastSystemError();
            if (error is not (Libc.ETIMEDOUT or Libc.EAGAIN or Libc.EINTR))
            {
                throw new Win32Exception(error, $"The futex wait failed with error {error}.");
            }
        }
    }

    private void WakeUp() =>
        _ = Libc.syscall(s_futex, (nint)Word, Libc.FUTEX_WAKE | Libc.FUTEX_PRIVATE_FLAG, 1, 0, 0, 0);
}
