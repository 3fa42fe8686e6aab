using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using RetroVue.Media.Devices.Interop.Alsa;
using RetroVue.Media.Devices.Native;
using RetroVue.Media.Time;
using static RetroVue.Media.Devices.Interop.Alsa.LibAsound;

namespace RetroVue.Media.Devices.Alsa;

/// <summary>An alsa-lib PCM: a kernel device, or a plugin.</summary>
internal sealed unsafe class AlsaPcm : SafeHandle, IPcm
{
    private readonly PcmSetup _setup;
    private readonly bool _isMmap;
    private readonly _snd_pcm_status* _status;

    private AlsaPcm(_snd_pcm* pcm, PcmSetup setup, bool isMmap)
        : base(0, ownsHandle: true)
    {
        SetHandle((nint)pcm);
        _setup = setup;
        _isMmap = isMmap;
        _snd_pcm_status* status = null;
        snd_pcm_status_malloc(&status).ThrowIfError(setup.Device, "Allocating the status of");
        _status = status;
    }

    public PcmSetup Setup => _setup;

    public override bool IsInvalid => handle == 0;

    private _snd_pcm* Pcm
    {
        get
        {
            ObjectDisposedException.ThrowIf(IsClosed, this);
            return (_snd_pcm*)handle;
        }
    }

    /// <summary>Opens a device and sets its format; does not wait if it is in use.</summary>
    /// <exception cref="DeviceException">There is no device with this name, it is in use, or it does not support the options.</exception>
    /// <exception cref="DeviceLibraryException">alsa-lib is not installed.</exception>
    public static AlsaPcm Open(AlsaOptions options, bool isCapture)
    {
        using Activity? activity = DeviceTelemetry.OpeningAlsa();
        AlsaLog.Silence();
        string device = options.Device;
        _snd_pcm* pcm = null;
        fixed (byte* name = Encoding.UTF8.GetBytes(device + '\0'))
        {
            snd_pcm_open(&pcm, name, isCapture ? SND_PCM_STREAM_CAPTURE : SND_PCM_STREAM_PLAYBACK, SND_PCM_NONBLOCK)
                .ThrowIfError(device, isCapture ? "Opening for capture" : "Opening for playback");
        }

        try
        {
            PcmSetup setup = AlsaSetup.Apply(pcm, options, isCapture);
            return new AlsaPcm(pcm, setup, options.Access == AlsaAccess.Mmap);
        }
        catch
        {
            _ = snd_pcm_close(pcm);
            throw;
        }
    }

    public int Prepare() => snd_pcm_prepare(Pcm);

    public int Start() => snd_pcm_start(Pcm);

    public int Drop() => snd_pcm_drop(Pcm);

    public int Drain() => snd_pcm_drain(Pcm);

    public int Resume() => snd_pcm_resume(Pcm);

    public int GetStatus(out PcmStatus status)
    {
        int code = snd_pcm_status(Pcm, _status);
        timespec time;
        snd_pcm_status_get_htstamp(_status, &time);
        status = new PcmStatus(
            (int)snd_pcm_status_get_state(_status),
            Time(time),
            snd_pcm_status_get_delay(_status),
            (long)snd_pcm_status_get_avail(_status));
        return code;
    }

    public int GetStamp(out long available, out ClockTime time)
    {
        ulong frames;
        timespec stamp;
        int code = snd_pcm_htimestamp(Pcm, &frames, &stamp);
        (available, time) = code < 0 ? (0, ClockTime.Zero) : ((long)frames, Time(stamp));
        return code;
    }

    public long Read(Span<byte> frames)
    {
        ulong count = (ulong)(frames.Length / _setup.BytesPerDeviceFrame);
        fixed (byte* to = frames)
        {
            return _isMmap ? snd_pcm_mmap_readi(Pcm, to, count) : snd_pcm_readi(Pcm, to, count);
        }
    }

    public long Write(ReadOnlySpan<byte> frames)
    {
        ulong count = (ulong)(frames.Length / _setup.BytesPerDeviceFrame);
        fixed (byte* from = frames)
        {
            return _isMmap ? snd_pcm_mmap_writei(Pcm, from, count) : snd_pcm_writei(Pcm, from, count);
        }
    }

    protected override bool ReleaseHandle()
    {
        snd_pcm_status_free(_status);
        return snd_pcm_close((_snd_pcm*)handle) >= 0;
    }

    private static ClockTime Time(timespec time) => ClockTime.FromNanoseconds((time.tv_sec * 1_000_000_000) + time.tv_nsec);
}
