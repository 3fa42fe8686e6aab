using RetroVue.Media.Devices.Interop.Alsa;
using RetroVue.Media.Devices.Native;
using RetroVue.Media.Formats;
using RetroVue.Media.Time;
using static RetroVue.Media.Devices.Interop.Alsa.LibAsound;

namespace RetroVue.Media.Devices.Alsa;

/// <summary>Sets an opened PCM's hardware and software parameters.</summary>
internal static unsafe class AlsaSetup
{
    /// <exception cref="DeviceException">The device does not support an option; the message says which.</exception>
    public static PcmSetup Apply(_snd_pcm* pcm, AlsaOptions options, bool isCapture)
    {
        if (!(options.Period > ClockTime.Zero && options.Buffer > ClockTime.Zero))
        {
            throw new DeviceException(
                options.Device, $"'{options.Device}' cannot have a period of {options.Period} and a buffer of {options.Buffer}: both times must be positive.");
        }

        _snd_pcm_hw_params* hardware = null;
        snd_pcm_hw_params_malloc(&hardware).ThrowIfError(options.Device, "Allocating the parameters of");
        try
        {
            PcmSetup setup = SetHardware(pcm, hardware, options);
            SetSoftware(pcm, setup, isCapture);
            return setup;
        }
        finally
        {
            snd_pcm_hw_params_free(hardware);
        }
    }

    private static PcmSetup SetHardware(_snd_pcm* pcm, _snd_pcm_hw_params* hardware, AlsaOptions options)
    {
        string device = options.Device;
        AudioFormat format = options.Format;
        snd_pcm_hw_params_any(pcm, hardware).ThrowIfError(device, "Asking for the abilities of");
        int access = options.Access == AlsaAccess.Mmap ? SND_PCM_ACCESS_MMAP_INTERLEAVED : SND_PCM_ACCESS_RW_INTERLEAVED;
        Refuse(snd_pcm_hw_params_set_access(pcm, hardware, access), device, $"interleaved access by {options.Access}");
        PcmEncoding encoding = EncodingOf(pcm, hardware, options);
        Refuse(snd_pcm_hw_params_set_format(pcm, hardware, encoding.NativeFormat()), device, $"samples of {encoding}");
        Refuse(snd_pcm_hw_params_set_channels(pcm, hardware, (uint)format.Layout.Channels), device, $"{format.Layout.Channels} channels");
        Refuse(snd_pcm_hw_params_set_rate(pcm, hardware, (uint)format.SampleRate, 0), device, $"{format.SampleRate} Hz");
        ulong period = (ulong)options.Period.ToUnits(new Rational(1, format.SampleRate));
        ulong buffer = (ulong)options.Buffer.ToUnits(new Rational(1, format.SampleRate));
        int direction = 0;
        Refuse(snd_pcm_hw_params_set_period_size_near(pcm, hardware, &period, &direction), device, $"a period of {options.Period}");
        Refuse(snd_pcm_hw_params_set_buffer_size_near(pcm, hardware, &buffer), device, $"a buffer of {options.Buffer}");
        snd_pcm_hw_params(pcm, hardware).ThrowIfError(device, "Setting the format of");
        snd_pcm_hw_params_get_period_size(hardware, &period, &direction).ThrowIfError(device, "Asking for the period of");
        snd_pcm_hw_params_get_buffer_size(hardware, &buffer).ThrowIfError(device, "Asking for the buffer of");
        return new PcmSetup(device, format, encoding, (int)period, (int)buffer);
    }

    private static PcmEncoding EncodingOf(_snd_pcm* pcm, _snd_pcm_hw_params* hardware, AlsaOptions options)
    {
        foreach (PcmEncoding candidate in PcmEncodings.Of(options.Format.SampleFormat))
        {
            if (snd_pcm_hw_params_test_format(pcm, hardware, candidate.NativeFormat()) >= 0)
            {
                return candidate;
            }
        }

        throw Refusal(options.Device, $"samples of {options.Format.SampleFormat}", DeviceErrors.Einval);
    }

    private static void SetSoftware(_snd_pcm* pcm, PcmSetup setup, bool isCapture)
    {
        string device = setup.Device;
        _snd_pcm_sw_params* software = null;
        snd_pcm_sw_params_malloc(&software).ThrowIfError(device, "Allocating the parameters of");
        try
        {
            snd_pcm_sw_params_current(pcm, software).ThrowIfError(device, "Asking for the parameters of");
            // Started explicitly, for both directions: nothing may happen before the pipeline's time.
            ulong never = 0;
            snd_pcm_sw_params_get_boundary(software, &never).ThrowIfError(device, "Asking for the boundary of");
            snd_pcm_sw_params_set_start_threshold(pcm, software, never).ThrowIfError(device, "Setting the start of");
            snd_pcm_sw_params_set_stop_threshold(pcm, software, (ulong)setup.BufferSize).ThrowIfError(device, "Setting the stop of");
            snd_pcm_sw_params_set_avail_min(pcm, software, (ulong)setup.PeriodSize).ThrowIfError(device, "Setting the wake-up of");
            snd_pcm_sw_params_set_tstamp_mode(pcm, software, SND_PCM_TSTAMP_ENABLE).ThrowIfError(device, "Setting the time stamps of");
            // Otherwise time stamps are civil time, which steps.
            snd_pcm_sw_params_set_tstamp_type(pcm, software, SND_PCM_TSTAMP_TYPE_MONOTONIC).ThrowIfError(device, "Setting the clock of");
            snd_pcm_sw_params(pcm, software).ThrowIfError(device, isCapture ? "Setting up the capture of" : "Setting up the playback of");
        }
        finally
        {
            snd_pcm_sw_params_free(software);
        }
    }

    private static void Refuse(int code, string device, string what)
    {
        if (code < 0)
        {
            throw Refusal(device, what, -code);
        }
    }

    private static DeviceException Refusal(string device, string what, int errno) => new(
        device,
        $"The sound device '{device}' does not support {what}. DeviceDirectory.List shows what it supports; with 'plug:' before its name ALSA converts.",
        errno);
}
