using RetroVue.Media.Clocks;
using RetroVue.Media.Devices.Alsa;
using RetroVue.Media.Time;

namespace RetroVue.Media.Devices.Tests.Alsa;

/// <summary>Keeps the times that a sound device reports, so that a test can compare PTS with them.</summary>
internal sealed class StatusRecorder(IPcm inner) : IPcm
{
    private long _read;
    private ClockTime _called;

    /// <summary>The number of the frame that was just captured, with the device's own stamp of it.</summary>
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
        // The kernel writes the count and then its time. So a new count can stand beside the time of the interrupt before. The time belongs
        // to the count if it is later than the last call and only one interrupt has come since then. The loopback counts in steps of 4 ms,
        // so two of its interrupts may show a little less than two periods.
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
