using System.ComponentModel;
using System.Runtime.InteropServices;
using RetroVue.Media.Interop;
using RetroVue.Media.Time;

namespace RetroVue.Media.Clocks;

/// <summary>A wait on a futex word: bit 0 means unscheduled, the other bits count requests to map the deadline again.</summary>
/// <remarks>
/// Source: futex(2), FUTEX_WAIT_BITSET, whose time-out is absolute on CLOCK_MONOTONIC. The kernel wakes a thread some tens of microseconds
/// after its time-out, and never faster than the machine leaves its idle state. So a wait learns this delay and sets its time-out earlier
/// by its lower edge, so that few wake-ups come before the deadline. After an early wake-up it sleeps again; it never spins.
/// </remarks>
internal sealed unsafe class FutexWait : ClockWait
{
    private const int Unscheduled = 1;
    private const int RemapStep = 2;

    // The lead follows the lower edge of the delay, which one wake-up in 32 is below: 31 steps up balance one step of 1000 down. It is
    // bounded, so that a machine that was suspended for long does not make a wait wake much too early.
    private const int LeadUp = 31;
    private const int LeadDown = 1000;
    private const int MostLead = 100_000;

    [ThreadStatic]
    private static bool t_slackIsSet;

    private static readonly long s_futex = RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => 202,
        Architecture.Arm64 => 98,
        var other => throw new PlatformNotSupportedException($"Waiting is implemented for x64 and arm64, not for {other}."),
    };

    // Pinned, so that the kernel may keep its address while the wait lives.
    private readonly int[] _word = GC.AllocateArray<int>(1, pinned: true);

    /// <summary>The number of nanoseconds by which time-outs are set before the deadline.</summary>
    private int _lead;

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

            ClockReading reading = isSystem ? default : clock.Read();
            ClockTime now = isSystem ? clock.Now : reading.Time;
            if (now >= deadline)
            {
                return new ClockWaitResult(true, now - deadline);
            }

            if (isSystem)
            {
                Sleep(seen, now, deadline);
            }
            else
            {
                Sleep(seen, reading.SystemTime, reading.SystemTime + ClockTime.Min(deadline - now, RemapInterval));
            }
        }
    }

    public override void Unschedule()
    {
        // If the bit was set already, whoever set it wakes the thread, or has woken it.
        if ((Interlocked.Or(ref _word[0], Unscheduled) & Unscheduled) == 0)
        {
            WakeUp();
        }
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

    private void Sleep(int seen, ClockTime now, ClockTime until)
    {
        // The deadline is nearer than the lead, so the wake-up came too early: sleep until the deadline without a lead.
        long timeout = until.Nanoseconds - now.Nanoseconds > _lead ? until.Nanoseconds - _lead : until.Nanoseconds;
        if (Block(seen, timeout))
        {
            long delay = SystemClock.Instance.Now.Nanoseconds - timeout;
            _lead = Math.Clamp(_lead + (delay < _lead ? -LeadDown : LeadUp), 0, MostLead);
        }
    }

    /// <summary>Returns true if the time-out, in nanoseconds of CLOCK_MONOTONIC, has ended the wait.</summary>
    private bool Block(int seen, long timeout)
    {
        (long seconds, long nanoseconds) = Math.DivRem(timeout, 1_000_000_000);
        timespec time = new() { tv_sec = seconds, tv_nsec = nanoseconds };
        const int wait = Libc.FUTEX_WAIT_BITSET | Libc.FUTEX_PRIVATE_FLAG;
        if (Libc.syscall(s_futex, (nint)Word, wait, seen, (nint)(&time), 0, Libc.FUTEX_BITSET_MATCH_ANY) == 0)
        {
            return false;
        }

        // This is still the errno of the call: a thread suspension on the way out of a native call, and its signal, preserve it. The code
        // that LibraryImport generates reads it in the same way. DllImport's SetLastError needs runtime marshalling, which is disabled.
        int error = Marshal.GetLastSystemError();
        return error switch
        {
            Libc.ETIMEDOUT => true,
            Libc.EAGAIN or Libc.EINTR => false,
            _ => throw new Win32Exception(error, $"The futex wait failed with error {error}."),
        };
    }

    private void WakeUp() =>
        _ = Libc.syscall(s_futex, (nint)Word, Libc.FUTEX_WAKE | Libc.FUTEX_PRIVATE_FLAG, 1, 0, 0, 0);
}
