using RetroVue.Media.Clocks;
using RetroVue.Media.Devices.Native;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using static RetroVue.Media.Devices.Interop.Alsa.LibAsound;

namespace RetroVue.Media.Devices.Alsa;

/// <summary>
/// A running sound device of a source or a sink: keeps it running, learns its clock, and recovers it after an xrun or a suspend.
/// </summary>
/// <remarks>
/// Only for the thread of the element's task. Error codes of alsa-lib (pcm.h): -EPIPE is an xrun, -ESTRPIPE a suspend, -ENODEV a device
/// that is gone, -EBADFD a call in the wrong state, after which a restart helps.
/// </remarks>
internal sealed class AlsaDevice : IDisposable
{
    private const int Ebadfd = 77;

    // After more restarts than this without a single frame between them, the device does not work; endless attempts would hide that.
    private const int MostRestarts = 10;

    // The parts of a status other than count, hardware delay and state change slowly.
    private static readonly ClockTime s_askInterval = ClockTime.FromMilliseconds(100);

    // Ten of these are shorter than any sensible buffer: this distinguishes a device that never gets ready from one that has overrun.
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

    /// <summary>True from the start until the device stops, by itself or by a restart.</summary>
    public bool IsRunning { get; private set; }

    /// <summary>The number of xruns and suspends since the device was opened.</summary>
    public long Interruptions { get; private set; }

    /// <summary>Returns a step's result for a system time.</summary>
    public StepResult At(ClockTime system) => StepResult.At(_system, system);

    /// <summary>Returns a step's result for a time from now.</summary>
    public StepResult After(ClockTime duration) => StepResult.At(_system, _system.Now + duration);

    /// <summary>Prepares the device; if that fails, returns the result that the step has to return.</summary>
    public StepResult? TryPrepare() => Judge(_pcm.Prepare(), "Preparing");

    /// <summary>Starts the device; if that fails, returns the result that the step has to return.</summary>
    public StepResult? TryStart()
    {
        StepResult? result = Judge(_pcm.Start(), "Starting");
        _asked = ClockTime.None;
        IsRunning = result is null;
        return result;
    }

    /// <summary>Lets the device play its buffer to the end.</summary>
    public void Drain() => _ = _pcm.Drain();

    /// <summary>
    /// Reads the device's status; if the device has stopped and was recovered, or is being recovered, returns the result that the step has
    /// to return.
    /// </summary>
    /// <exception cref="DeviceException">The device cannot be recovered.</exception>
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
    /// For capture: returns the status at the interrupt that completed the only available period, without a call to the device. False if
    /// there was none, if it is not certain, or if the device has not been asked for a long time; then it has to be asked.
    /// </summary>
    /// <remarks>
    /// The kernel writes the count and then its time, so a reader in between gets the new count with the old time. The old time is that of
    /// the last call, because only one interrupt has come after it; so this case is detected. A driver may count in steps, and after two
    /// interrupts show a little less than two periods: then the device is asked.
    /// </remarks>
    public bool TryGetInterrupt(out PcmStatus status)
    {
        int period = Setup.PeriodSize;
        bool isTold = _pcm.GetStamp(out long available, out ClockTime time) >= 0
            && time > _called
            && available >= period
            && available <= period + (period / 2)
            && !_asked.IsNone
            && time - _asked < s_askInterval;
        status = new PcmStatus(SND_PCM_STATE_RUNNING, time, available + _hardwareDelay, available);
        return isTold;
    }

    /// <summary>
    /// Handles the result of a read or write: sets the number of frames; if nothing was transferred, returns the result that the step has
    /// to return.
    /// </summary>
    public StepResult? TryMove(long moved, string what, out int frames)
    {
        frames = (int)Math.Max(moved, 0);
        if (moved > 0)
        {
            // Writes that fill the buffer before the start do not show yet that the device works.
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
                // This is not an interruption, but it must not go on for ever.
                CountRestart(code, what);
                return After(s_retry);
            case DeviceErrors.Epipe or Ebadfd:
                return Interrupt(code, what, "xrun", "lost sound, because the program was too late");
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
            throw DeviceErrors.Exception(-code, Setup.Device, $"{what} (several attempts)");
        }
    }
}
