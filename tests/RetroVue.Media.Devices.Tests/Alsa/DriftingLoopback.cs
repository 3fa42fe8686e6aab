using System.Runtime.InteropServices;
using RetroVue.Media.Devices.Alsa;
using RetroVue.Media.Devices.Interop.Alsa;
using RetroVue.Media.Devices.Native;
using RetroVue.Media.Time;

namespace RetroVue.Media.Devices.Tests.Alsa;

/// <summary>
/// A card of snd-aloop whose crystal is off. The source under test records from one end. The test plays to the other end, which tells when
/// each frame is heard, without any of the library's estimates.
/// </summary>
/// <remarks>
/// <para>The driver moves its count at the kernel's ticks of 4 ms, by exactly the rate that its control sets. So a frame is heard at the
/// start plus the frame's number over that rate. The start follows from the least late of many readings.</para>
/// <para>The ends are linked, so they start within one tick. If they started apart, each would round its count at other ticks. The driver
/// moves both by the larger of the two, so the card would run some ppm faster than its setting.</para>
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

    /// <summary>True after the card has started; safe on any thread.</summary>
    public bool HasStarted => Volatile.Read(ref _hasStarted);

    /// <summary>The number of frames that were written to the playing end.</summary>
    public long Written { get; private set; }

    /// <summary>Opens both ends, for one channel of 32 bits.</summary>
    /// <param name="options">The period, the buffer and the format of both ends.</param>
    /// <param name="partsPerMillion">The rate of the card above that of the system clock, in parts per million; a multiple of ten.</param>
    public static DriftingLoopback Open(AlsaOptions options, int partsPerMillion)
    {
        // The control stretches time: a larger value makes the card slower.
        int shift = NoShift - (partsPerMillion / 10);
        SetShift(shift);
        AlsaPcm played = AlsaPcm.Open(options with { Device = $"hw:CARD={Card},DEV=0,SUBDEV=0" }, isCapture: false);
        AlsaPcm recorded = AlsaPcm.Open(options with { Device = $"hw:CARD={Card},DEV=1,SUBDEV=0" }, isCapture: true);
        snd_pcm_link(recorded.DangerousGetHandle(), played.DangerousGetHandle()).ThrowIfError(Card, "Linking the ends of");
        return new DriftingLoopback(recorded, played, 1e9 / options.Format.SampleRate * shift / NoShift);
    }

    /// <summary>Returns the time of CLOCK_MONOTONIC at which a written frame is heard. There must have been a reading before.</summary>
    public ClockTime HeardAt(long frame) => ClockTime.FromNanoseconds((long)(_start + (frame * _nanosecondsPerFrame)));

    /// <summary>Reads the card's count during ten of its steps, each time as soon as the count moves.</summary>
    /// <returns>The time at which frame 0 was heard, by these readings alone.</returns>
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

    /// <summary>Appends samples to those that wait to be heard.</summary>
    public void Play(ReadOnlySpan<int> samples)
    {
        long frames = _played.Write(MemoryMarshal.AsBytes(samples));
        ((int)frames).ThrowIfError(Card, "Playing to");
        Written += frames;
    }

    /// <summary>Returns the number of samples that fill the buffer to three quarters.</summary>
    public int Room() => (int)Math.Max(0, Look().Heard + _silence.Length - Written);

    // This prepares both ends, because they are linked. Silence is heard until the test plays something.
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
