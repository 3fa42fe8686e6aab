using System.Globalization;
using RetroVue.Media.FFmpeg.Frames;
using RetroVue.Media.FFmpeg.Interop;
using RetroVue.Media.FFmpeg.Native;
using RetroVue.Media.Memory;
using static RetroVue.Media.FFmpeg.Interop.LibAVUtil;
using static RetroVue.Media.FFmpeg.Interop.LibSwScale;

namespace RetroVue.Media.FFmpeg.Conversion;

/// <summary>
/// Scales pictures of one kind into a rectangle of another kind, and fills the rest with black. For one thread at a time.
/// </summary>
internal sealed unsafe class Scaler : IDisposable
{
    private const int MaxPlanes = 4;
    private const int Unity = 1 << 16;

    private readonly ScalerHandle _scaler;
    private readonly Picture _from;
    private readonly Picture _to;
    private readonly PictureFit _fit;
    private readonly int _fields;

    /// <summary>Makes a scaler.</summary>
    /// <param name="from">The input.</param>
    /// <param name="to">The output.</param>
    /// <param name="fit">The rectangle in the output.</param>
    /// <param name="quality">The quality.</param>
    /// <param name="keepsFields">True to scale the two fields separately; heights are then multiples of four.</param>
    /// <exception cref="NotSupportedException">libswscale does not support this conversion.</exception>
    public Scaler(Picture from, Picture to, PictureFit fit, ScalingQuality quality, bool keepsFields = false)
    {
        (_from, _to, _fit, _fields) = (from, to, fit, keepsFields ? 2 : 1);
        int flags = quality switch
        {
            ScalingQuality.Fast => SWS_BILINEAR,
            ScalingQuality.Best => SWS_LANCZOS | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT | SWS_FULL_CHR_H_INP,
            _ => SWS_BICUBIC,
        };
        var scaler = sws_alloc_context();
        FFmpegErrors.ThrowIfNull(scaler, "Making a scaler");
        _scaler = new ScalerHandle(scaler);
        try
        {
            Set("srcw", from.Width);
            Set("srch", from.Height / _fields);
            Set("src_format", (int)from.Format);
            Set("dstw", fit.Width);
            Set("dsth", fit.Height / _fields);
            Set("dst_format", (int)to.Format);
            Set("sws_flags", flags);
            // Before it is initialised: otherwise the range is not converted for more than eight bits per sample.
            Set("src_range", from.IsFullRange ? 1 : 0);
            Set("dst_range", to.IsFullRange ? 1 : 0);
            if (sws_init_context(scaler, null, null) < 0)
            {
                throw new NotSupportedException($"Pictures cannot be converted from {from} to {to}.");
            }
        }
        catch
        {
            _scaler.Dispose();
            throw;
        }

        // This fails, without harm, if neither side is YUV, because then there is no matrix to set.
        _ = sws_setColorspaceDetails(
            scaler,
            sws_getCoefficients((int)from.Matrix),
            from.IsFullRange ? 1 : 0,
            sws_getCoefficients((int)to.Matrix),
            to.IsFullRange ? 1 : 0,
            0,
            Unity,
            Unity);
    }

    /// <summary>Scales a picture into a frame that already has memory.</summary>
    /// <exception cref="FFmpegException">libswscale failed.</exception>
    /// <exception cref="InvalidDataException">The memory is smaller than a picture.</exception>
    public void Scale(MediaMemory source, AVFrame* target)
    {
        if (source is FrameMemory frame)
        {
            Scale(frame.Frame->data, frame.Frame->linesize, target);
            return;
        }

        int planes = Math.Min(av_pix_fmt_count_planes(_from.Format), MaxPlanes);
        var strides = stackalloc int[MaxPlanes];
        for (int i = 0; i < planes; i++)
        {
            var (lineBytes, lines) = PixelLayout.PlaneSize(_from.Format, _from.Width, _from.Height, i);
            PictureSource.Check(source, i, lineBytes, lines);
            strides[i] = source.Stride(i);
        }

        fixed (byte* first = source.Plane(0), second = PlaneOrNone(source, 1, planes), third = PlaneOrNone(source, 2, planes), fourth = PlaneOrNone(source, 3, planes))
        {
            var data = stackalloc byte*[MaxPlanes] { first, second, third, fourth };
            Scale(data, strides, target);
        }
    }

    public void Dispose() => _scaler.Dispose();

    private void Set(string option, int value)
    {
        using NativeText name = new(option), text = new(value.ToString(CultureInfo.InvariantCulture));
        av_opt_set(_scaler.Pointer, name, text, 0).ThrowIfError("Configuring a scaler");
    }

    private static ReadOnlySpan<byte> PlaneOrNone(MediaMemory memory, int index, int planes) => index < planes ? memory.Plane(index) : default;

    private void Scale(byte** data, int* strides, AVFrame* target)
    {
        var into = stackalloc byte*[MaxPlanes];
        At(target, _fit.X, _fit.Y, into);
        if (_fields == 1)
        {
            sws_scale(_scaler.Pointer, data, strides, 0, _from.Height, into, target->linesize).ThrowIfError("Scaling a picture");
        }
        else
        {
            ScaleFields(data, strides, into, target->linesize);
        }

        // Bars after the picture, because vector code may write beyond the right edge of its lines.
        int right = _fit.X + _fit.Width;
        int bottom = _fit.Y + _fit.Height;
        Blacken(target, 0, 0, _to.Width, _fit.Y);
        Blacken(target, 0, bottom, _to.Width, _to.Height - bottom);
        Blacken(target, 0, _fit.Y, _fit.X, _fit.Height);
        Blacken(target, right, _fit.Y, _to.Width - right, _fit.Height);
    }

    /// <summary>Scales each field as a picture of every second line.</summary>
    private void ScaleFields(byte** data, int* strides, byte** into, int* intoStrides)
    {
        var from = stackalloc byte*[MaxPlanes];
        var to = stackalloc byte*[MaxPlanes];
        var fromStrides = stackalloc int[MaxPlanes];
        var toStrides = stackalloc int[MaxPlanes];
        for (int field = 0; field < _fields; field++)
        {
            for (int i = 0; i < MaxPlanes; i++)
            {
                (fromStrides[i], toStrides[i]) = (strides[i] * _fields, intoStrides[i] * _fields);
                from[i] = data[i] is null ? null : data[i] + (strides[i] * field);
                to[i] = into[i] is null ? null : into[i] + (intoStrides[i] * field);
            }

            sws_scale(_scaler.Pointer, from, fromStrides, 0, _from.Height / _fields, to, toStrides).ThrowIfError("Scaling a field");
        }
    }

    private void Blacken(AVFrame* target, int x, int y, int width, int height)
    {
        if (width <= 0 || height <= 0)
        {
            return;
        }

        var data = stackalloc byte*[MaxPlanes];
        var strides = stackalloc nint[MaxPlanes];
        At(target, x, y, data);
        for (int i = 0; i < MaxPlanes; i++)
        {
            strides[i] = target->linesize[i];
        }

        var range = _to.IsFullRange ? AVColorRange.AVCOL_RANGE_JPEG : AVColorRange.AVCOL_RANGE_MPEG;
        av_image_fill_black(data, strides, _to.Format, range, width, height).ThrowIfError("Painting bars");
    }

    private void At(AVFrame* target, int x, int y, byte** data)
    {
        int planes = av_pix_fmt_count_planes(_to.Format);
        for (int i = 0; i < MaxPlanes; i++)
        {
            data[i] = i < planes ? target->data[i] + PixelLayout.OffsetOf(_to.Format, i, target->linesize[i], x, y) : null;
        }
    }

    /// <summary>The properties of pictures that a scaler needs.</summary>
    public readonly record struct Picture(AVPixelFormat Format, int Width, int Height, AVColorSpace Matrix, bool IsFullRange);
}
