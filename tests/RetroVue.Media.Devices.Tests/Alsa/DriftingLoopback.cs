using System.Runtime.InteropServices;
using RetroVue.Media.Devices.Alsa;
using RetroVue.Media.Devices.Interop.Alsa;
using RetroVue.Media.Devices.Native;
using RetroVue.Media.Time;

namespace RetroVue.Media.Devices.Tests.Alsa;

/// <summary>
/// A card of snd-aloop's whose crystal is off: an end that records, for the source under test, and the end that is played to, which tells
/// when each frame is heard without any of the library's estimates.
/// </summary>
/// <remarks>
/// <para>The driver moves its count at the kernel's ticks, of 4 ms, by exactly the rate that its control sets. So a frame is heard at a start
/// plus its number over that rate, and the start is what the least late of many looks says.</para>
/// <para>The ends are linked, which starts them within one tick. Started apart, each would round its count at other ticks than the other, and
/// as the driver moves both by the larger of the two, the card would run some ppm faster than it is set to.</para>
/// </remarks>
internal sealed class DriftingLoopback : IPcm
{
    private const string Card = "Loopback";
    private const int NoShift = 100_000;

    private readonly AlsaPcm _recorded;
    private readonly AlsaPcm _played;
    private readonly double _nanosecondsPerFrame;
    private readonly int[] _silence;
    private bool _hasStarted;
    private double _start = double.PositiveInfinity;

    private DriftingLoopback(AlsaPcm recorded, AlsaPcm played, double nanosecondsPerFrame)
    {
        (_recorded, _played, _nanosecondsPerFrame) = (recorded, played, nanosecondsPerFrame);
        _silence = new int[Setup.BufferSize * 3 / 4];
    }

    public PcmSetup Setup => _recorded.Setup;

    /// <summary>True once it runs; any thread.</summary>
    public bool HasStarted => Volatile.Read(ref _hasStarted);

    /// <summary>Frames written to the end that is played to.</summary>
    public long Written { get; private set; }

    /// <summary>Opens both ends, for one channel of 32 bits.</summary>
    /// <param name="options">Period, buffer and format of both.</param>
    /// <param name="partsPerMillion">How much faster than the system clock the card is to be; a multiple of ten.</param>
    public static DriftingLoopback Open(AlsaOptions options, int partsPerMillion)
    {
        // The control stretches time: more of it makes the card slower.
        int shift = NoShift - (partsPerMillion / 10);
        SetShift(shift);
        AlsaPcm played = AlsaPcm.Open(options with { Device = $"hw:CARD={Card},DEV=0,SUBDEV=0" }, isCapture: false);
        AlsaPcm recorded = AlsaPcm.Open(options with { Device = $"hw:CARD={Card},DEV=1,SUBDEV=0" }, isCapture: true);
        snd_pcm_link(recorded.DangerousGetHandle(), played.DangerousGetHandle()).ThrowIfError(Card, "Linking the ends of");
        return new DriftingLoopback(recorded, played, 1e9 / options.Format.SampleRate * shift / NoShift);
    }

    /// <summary>CLOCK_MONOTONIC at which a frame that was written is heard, once there was a look.</summary>
    public ClockTime HeardAt(long frame) => ClockTime.FromNanoseconds((long)(_start + (frame * _nanosecondsPerFrame)));

    /// <summary>Looks at the card through ten of its steps, each as soon as it is made.</summary>
    /// <returns>When, by these looks alone, frame 0 was heard.</returns>
    public ClockTime WatchSteps()
    {
        double earliest = double.PositiveInfinity;
        (long last, _) = Look();
        for (int steps = 0; steps < 10;)
        {
            (long heard, double start) = Look();
            earliest = Math.Min(earliest, start);
            steps += heard > last ? 1 : 0;
            last = heard;
        }

        _start = Math.Min(_start, earliest);
        return ClockTime.FromNanoseconds((long)earliest);
    }

    /// <summary>Appends samples to those that are still to be heard.</summary>
    public void Play(ReadOnlySpan<int> samples)
    {
        long frames = _played.Write(MemoryMarshal.AsBytes(samples));
        ((int)frames).ThrowIfError(Card, "Playing to");
        Written += frames;
    }

    /// <summary>How many samples fill three quarters of the buffer.</summary>
    public int Room() => (int)Math.Max(0, Look().Heard + _silence.Length - Written);

    // Both, as they are linked; what is heard before anybody else plays is silence.
    public int Prepare()
    {
        int code = _recorded.Prepare();
        Written = 0;
        Play(_silence);
        return code;
    }

    public int Start()
    {
        int code = _recorded.Start();
        Volatile.Write(ref _hasStarted, code >= 0);
        return code;
    }

    public int Drop() => _recorded.Drop();

    public int Drain() => _recorded.Drain();

    public int Resume() => _recorded.Resume();

    public int GetStatus(out PcmStatus status) => _recorded.GetStatus(out status);

    public int GetStamp(out long available, out ClockTime time) => _recorded.GetStamp(out available, out time);

    public long Read(Span<byte> frames) => _recorded.Read(frames);

    public long Write(ReadOnlySpan<byte> frames) => _recorded.Write(frames);

    public void Dispose()
    {
        if (!_recorded.IsClosed)
        {
            _recorded.Dispose();
            _played.Dispose();
            SetShift(NoShift);
        }
    }

    private static void SetShift(int shift) => Tool.OutputOf(
        "amixer", "-q", "-c", Card, "cset", "iface=PCM,name='PCM Rate Shift 100000',device=1,subdevice=0", FormattableString.Invariant($"{shift}"));

    [DllImport("libasound.so.2")]
    private static extern int snd_pcm_link(nint one, nint other);

    private (long Heard, double Start) Look()
    {
        _played.GetStatus(out PcmStatus status).ThrowIfError(Card, "Looking at");
        Assert.That(status.State, Is.EqualTo(LibAsound.SND_PCM_STATE_RUNNING), "The card has stopped: the machine is too slow.");
        long heard = Written - status.Delay;
        return (heard, status.Time.Nanoseconds - (heard * _nanosecondsPerFrame));
    }
}
