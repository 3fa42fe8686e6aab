using RetroVue.Media.Clocks;
using RetroVue.Media.Devices.Alsa;
using RetroVue.Media.Time;

namespace RetroVue.Media.Devices.Tests.Alsa;

/// <summary>Keeps what a sound device says of its time, so that a test can hold PTS against it.</summary>
internal sealed class StatusRecorder(IPcm inner) : IPcm
{
    private long _read;
    private ClockTime _called;

    /// <summary>For the frame that was at the world's side: its number, and the device's own stamp.</summary>
    public List<(long Frame, ClockTime Stamp)> Stamps { get; } = new(100_000);

    public PcmSetup Setup => inner.Setup;

    public int Prepare() => inner.Prepare();

    public int Start() => inner.Start();

    public int Drop() => inner.Drop();

    public int Drain() => inner.Drain();

    public int Resume() => inner.Resume();

    public int GetStatus(out PcmStatus status)
    {
        int code = inner.GetStatus(out status);
        _called = SystemClock.Instance.Now;
        if (code >= 0)
        {
            Stamps.Add((_read + status.Delay, status.Time));
        }

        return code;
    }

    public int GetStamp(out long available, out ClockTime time)
    {
        int code = inner.GetStamp(out available, out time);
        // The kernel writes the count, then its time: a new count can stand beside the time of the interrupt before. The time belongs to the
        // count for sure if it is later than the last call and one interrupt alone has come since then. The loopback counts in steps of 4 ms, and
        // may show a little less than two periods after two.
        if (code >= 0 && time > _called && available <= Setup.PeriodSize * 3 / 2)
        {
            Stamps.Add((_read + available, time));
        }

        return code;
    }

    public long Read(Span<byte> frames)
    {
        long read = inner.Read(frames);
        _called = SystemClock.Instance.Now;
        _read += Math.Max(0, read);
        return read;
    }

    public long Write(ReadOnlySpan<byte> frames) => inner.Write(frames);

    public void Dispose() => inner.Dispose();
}
