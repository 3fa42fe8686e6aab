using RetroVue.Media.Clocks;
using RetroVue.Media.Devices.Native;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using static RetroVue.Media.Devices.Interop.Alsa.LibAsound;

namespace RetroVue.Media.Devices.Alsa;

/// <summary>
/// A sound device at work, for a source or a sink: keeps it running, learns its clock, and brings it back after an xrun or a suspend.
/// </summary>
/// <remarks>
/// For the thread of the element's task. Codes of alsa-lib (pcm.h): -EPIPE is an xrun, -ESTRPIPE a suspend, -ENODEV a device that is
/// gone, -EBADFD a call in the wrong state, which a restart puts right.
/// </remarks>
internal sealed class AlsaDevice : IDisposable
{
    private const int Ebadfd = 77;

    // More restarts than this with not a frame between them: the device does not work, and trying for ever would hide it.
    private const int MostRestarts = 10;

    // What a status tells beyond the count, the delay in the hardware and the state, changes slowly.
    private static readonly ClockTime s_askInterval = ClockTime.FromMilliseconds(100);

    // Ten of these are less than any sensible buffer: a device that never gets ready is told from one that has overrun.
    private static readonly ClockTime s_retry = ClockTime.FromMilliseconds(10);

    private readonly Element _element;
    private readonly IPcm _pcm;
    private readonly IClock _system;
    private int _restarts;
    private ClockTime _called;
    private ClockTime _asked = ClockTime.None;
    private long _hardwareDelay;

    public AlsaDevice(Element element, IPcm pcm)
    {
        _element = element;
        _pcm = pcm;
        _system = element.Pipeline.Executor.Waiter.SystemClock;
        Clock = new AlsaClock(pcm.Setup, _system);
    }

    public AlsaClock Clock { get; }

    public PcmSetup Setup => _pcm.Setup;

    /// <summary>True from when it was started until it stops, by itself or by a restart.</summary>
    public bool IsRunning { get; private set; }

    /// <summary>Xruns and suspends since it was opened.</summary>
    public long Interruptions { get; private set; }

    /// <summary>A step's result at a system time.</summary>
    public StepResult At(ClockTime system) => StepResult.At(_system, system);

    /// <summary>A step's result after a while.</summary>
    public StepResult After(ClockTime duration) => StepResult.At(_system, _system.Now + duration);

    /// <summary>Makes the device ready; a result to return from the step where it is not.</summary>
    public StepResult? TryPrepare() => Judge(_pcm.Prepare(), "Preparing");

    /// <summary>Starts the device; a result to return from the step where it did not start.</summary>
    public StepResult? TryStart()
    {
        StepResult? result = Judge(_pcm.Start(), "Starting");
        _asked = ClockTime.None;
        IsRunning = result is null;
        return result;
    }

    /// <summary>Lets it play out.</summary>
    public void Drain() => _ = _pcm.Drain();

    /// <summary>
    /// Asks the device where it is; a result to return from the step where it has stopped and was, or is being, brought back.
    /// </summary>
    /// <exception cref="DeviceException">It cannot be brought back.</exception>
    public StepResult? TryGetStatus(out PcmStatus status)
    {
        int code = _pcm.GetStatus(out status);
        _called = _system.Now;
        if (code >= 0)
        {
            (_asked, _hardwareDelay) = (status.Time, status.Delay - status.Available);
            code = status.State switch
            {
                SND_PCM_STATE_XRUN => -DeviceErrors.Epipe,
                SND_PCM_STATE_SUSPENDED => -DeviceErrors.Estrpipe,
                SND_PCM_STATE_DISCONNECTED => -DeviceErrors.Enodev,
                _ => code,
            };
        }

        return Judge(code, "Asking for the status of");
    }

    /// <summary>
    /// Of capture: what the device said at the interrupt that completed the one period there is, without asking it. False if it said nothing,
    /// or not for sure, or has not been asked for long: it is to be asked then.
    /// </summary>
    /// <remarks>
    /// The kernel writes the count and then its time, so who reads in between has the new count with the old time. The old one would be that
    /// of the last call, since one interrupt alone has come after it; so it is known and told apart.
    /// </remarks>
    public bool TryGetInterrupt(out PcmStatus status)
    {
        int period = Setup.PeriodSize;
        bool isTold = _pcm.GetStamp(out long available, out ClockTime time) >= 0
            && time > _called
            && available >= period
            && available < 2 * period
            && !_asked.IsNone
            && time - _asked < s_askInterval;
        status = new PcmStatus(SND_PCM_STATE_RUNNING, time, available + _hardwareDelay, available);
        return isTold;
    }

    /// <summary>Reads or writes; a result to return from the step where nothing was moved, else the count of frames.</summary>
    public StepResult? TryMove(long moved, string what, out int frames)
    {
        frames = (int)Math.Max(moved, 0);
        if (moved > 0)
        {
            // What fills the buffer before the start shows nothing yet.
            _restarts = IsRunning ? 0 : _restarts;
            return null;
        }

        return moved == 0 ? After(ClockTime.FromMilliseconds(1)) : Judge((int)moved, what);
    }

    public long Read(Span<byte> frames)
    {
        long read = _pcm.Read(frames);
        _called = _system.Now;
        return read;
    }

    public long Write(ReadOnlySpan<byte> frames) => _pcm.Write(frames);

    public void Dispose()
    {
        Clock.Fail();
        if (IsRunning)
        {
            _ = _pcm.Drop();
            IsRunning = false;
        }

        _pcm.Dispose();
    }

    private StepResult? Judge(int code, string what)
    {
        switch (-code)
        {
            case <= 0:
                return null;
            case DeviceErrors.Eagain or DeviceErrors.Eintr:
                // Not an interruption, but neither may it go on for ever.
                CountRestart(code, what);
                return After(s_retry);
            case DeviceErrors.Epipe or Ebadfd:
                return Interrupt(code, what, "xrun", "lost sound: nobody came in time for it");
            case DeviceErrors.Estrpipe:
                int resumed = _pcm.Resume();
                return resumed == -DeviceErrors.Eagain
                    ? After(s_retry)
                    : Interrupt(code, what, "suspend", "was suspended");
            default:
                Clock.Fail();
                throw DeviceErrors.Exception(-code, Setup.Device, what);
        }
    }

    private StepResult Interrupt(int code, string what, string kind, string cause)
    {
        CountRestart(code, what);
        Interruptions++;
        IsRunning = false;
        Clock.Restart();
        _element.Pipeline.Report(kind, _element.Name, $"The sound device '{Setup.Device}' {cause}.");
        return StepResult.Again;
    }

    private void CountRestart(int code, string what)
    {
        _restarts++;
        if (_restarts > MostRestarts)
        {
            Clock.Fail();
            throw DeviceErrors.Exception(-code, Setup.Device, $"{what}, time and again,");
        }
    }
}
