using RetroVue.Media.Clocks;
using RetroVue.Media.Devices.Alsa;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Testing;
using RetroVue.Media.Time;
using static RetroVue.Media.Devices.Interop.Alsa.LibAsound;

namespace RetroVue.Media.Devices.Tests.Alsa;

/// <summary>The cases in which the count and the time of an interrupt are taken as a pair.</summary>
public sealed class AlsaDeviceTests
{
    private const int Period = 960;

    // A driver may count in steps, as the loopback does (4 ms). Two of its interrupts then show less than two periods, and the count may be
    // the second one's while the time is the first one's. Such a pair would be a period early.
    [TestCase(0.9, false)]
    [TestCase(1.0, true)]
    [TestCase(1.2, true)]
    [TestCase(1.8, false)]
    [TestCase(1.95, false)]
    [TestCase(2.0, false)]
    public void Interrupt_is_taken_only_if_no_other_one_can_have_come(double periods, bool isTaken)
    {
        var executor = new SimulatedExecutor(ClockTime.FromSeconds(1000));
        using var pcm = new StampedPcm(executor.Clock);
        var pipeline = new Pipeline(new PipelineOptions { Executor = executor });
        using var device = new AlsaDevice(pipeline.Add(new CollectingSink("element")), pcm);
        Assert.That(device.TryGetStatus(out _), Is.Null);
        executor.Clock.Advance(ClockTime.FromMilliseconds(25));
        pcm.Stamp = ((long)(periods * Period), executor.Clock.Now - ClockTime.FromMilliseconds(5));
        Assert.That(device.TryGetInterrupt(out PcmStatus status), Is.EqualTo(isTaken));
        Assert.That((status.Available, status.Time), Is.EqualTo(pcm.Stamp));
    }

    /// <summary>A capturing card whose count and time the test sets.</summary>
    private sealed class StampedPcm(IClock system) : IPcm
    {
        public (long Available, ClockTime Time) Stamp { get; set; }

        public PcmSetup Setup { get; } = new("stamped", new AudioFormat(SampleFormat.S16, 48_000, ChannelLayout.Mono), PcmEncoding.S16, Period, 8 * Period);

        public int Prepare() => 0;

        public int Start() => 0;

        public int Drop() => 0;

        public int Drain() => 0;

        public int Resume() => 0;

        public int GetStatus(out PcmStatus status)
        {
            status = new PcmStatus(SND_PCM_STATE_RUNNING, system.Now, 0, 0);
            return 0;
        }

        public int GetStamp(out long available, out ClockTime time)
        {
            (available, time) = Stamp;
            return 0;
        }

        public long Read(Span<byte> frames) => 0;

        public long Write(ReadOnlySpan<byte> frames) => 0;

        public void Dispose()
        {
        }
    }
}
