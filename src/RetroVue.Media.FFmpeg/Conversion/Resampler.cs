using RetroVue.Media.FFmpeg.Formats;
using RetroVue.Media.FFmpeg.Frames;
using RetroVue.Media.FFmpeg.Interop;
using RetroVue.Media.FFmpeg.Native;
using RetroVue.Media.Formats;
using RetroVue.Media.Memory;
using static RetroVue.Media.FFmpeg.Interop.LibAVUtil;
using static RetroVue.Media.FFmpeg.Interop.LibSwResample;

namespace RetroVue.Media.FFmpeg.Conversion;

/// <summary>Converts sound of one format into another (libswresample/swresample.h). For one thread at a time.</summary>
internal sealed unsafe class Resampler : IDisposable
{
    private const int MaxPlanes = 8;

    private readonly ResamplerHandle _resampler;
    private readonly AVSampleFormat _toFormat;
    private readonly AudioFormat _to;
    private AVChannelLayout _toLayout;

    /// <param name="format">FFmpeg's sample format of the input; there are more of them than in this library.</param>
    /// <param name="from">The input's rate and layout.</param>
    /// <param name="to">The output.</param>
    /// <exception cref="FFmpegException">libswresample does not support this conversion.</exception>
    public Resampler(AVSampleFormat format, AudioFormat from, AudioFormat to)
    {
        _to = to;
        _toFormat = FormatNames.ToNative(to.SampleFormat);
        SwrContext* resampler = null;
        AVChannelLayout fromLayout = default;
        try
        {
            FormatNames.WriteLayout(from.Layout, ref fromLayout);
            FormatNames.WriteLayout(to.Layout, ref _toLayout);
            fixed (AVChannelLayout* toLayout = &_toLayout)
            {
                swr_alloc_set_opts2(&resampler, toLayout, _toFormat, to.SampleRate, &fromLayout, format, from.SampleRate, 0, null)
                    .ThrowIfError("Configuring a resampler");
            }
        }
        finally
        {
            av_channel_layout_uninit(&fromLayout);
        }

        _resampler = new ResamplerHandle(resampler);
        try
        {
            // Mixing down stays within full scale for floats too, as it does for integers.
            Set("rematrix_maxval", "1");
            if (from.Layout == ChannelLayout.Mono && to.Layout == ChannelLayout.Stereo)
            {
                // By default it gives each side 3 dB less.
                Set("rematrix_volume", "1.4142135623730951");
            }

            Restart($"Converting sound from {from} to {to}");
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Drops the samples that it holds.</summary>
    public void Restart() => Restart("Restarting a resampler");

    /// <summary>Converts a buffer of sound into an empty frame.</summary>
    /// <returns>The number of output samples; if there are none, the frame stays empty.</returns>
    public int Convert(MediaMemory source, int samples, AVFrame* target)
    {
        if (source is FrameMemory frame)
        {
            return Convert(frame.Frame->extended_data, samples, target);
        }

        if (source.PlaneCount > MaxPlanes)
        {
            throw new NotSupportedException($"Sound in more than {MaxPlanes} planes can be converted only if FFmpeg decoded it.");
        }

        fixed (byte* p0 = source.Plane(0), p1 = PlaneOrNone(source, 1), p2 = PlaneOrNone(source, 2), p3 = PlaneOrNone(source, 3))
        fixed (byte* p4 = PlaneOrNone(source, 4), p5 = PlaneOrNone(source, 5), p6 = PlaneOrNone(source, 6), p7 = PlaneOrNone(source, 7))
        {
            var planes = stackalloc byte*[MaxPlanes] { p0, p1, p2, p3, p4, p5, p6, p7 };
            return Convert(planes, samples, target);
        }
    }

    /// <summary>Returns the remaining samples at the end.</summary>
    /// <returns>The number of output samples; if there are none, the frame stays empty.</returns>
    public int Drain(AVFrame* target) => Convert((byte**)null, 0, target);

    public void Dispose()
    {
        _resampler.Dispose();
        fixed (AVChannelLayout* layout = &_toLayout)
        {
            av_channel_layout_uninit(layout);
        }
    }

    private static ReadOnlySpan<byte> PlaneOrNone(MediaMemory memory, int index) => index < memory.PlaneCount ? memory.Plane(index) : default;

    private void Set(string option, string value)
    {
        using NativeText name = new(option), text = new(value);
        av_opt_set(_resampler.Pointer, name, text, 0).ThrowIfError("Configuring a resampler");
    }

    private void Restart(string what)
    {
        var before = ErrorMark.Now;
        swr_init(_resampler.Pointer).ThrowIfError(what, before);
    }

    private int Convert(byte** planes, int samples, AVFrame* target)
    {
        int room = swr_get_out_samples(_resampler.Pointer, samples).ThrowIfError("Sizing resampled sound");
        if (room == 0)
        {
            return 0;
        }

        target->format = (int)_toFormat;
        target->nb_samples = room;
        target->sample_rate = _to.SampleRate;
        fixed (AVChannelLayout* layout = &_toLayout, copy = &target->ch_layout)
        {
            av_channel_layout_copy(copy, layout).ThrowIfError("Allocating sound");
        }

        av_frame_get_buffer(target, 0).ThrowIfError("Allocating sound");
        int made = swr_convert(_resampler.Pointer, target->extended_data, room, planes, samples).ThrowIfError("Converting sound");
        target->nb_samples = made;
        if (made == 0)
        {
            av_frame_unref(target);
        }

        return made;
    }
}
