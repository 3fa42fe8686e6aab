using RetroVue.Media.FFmpeg.Filters;
using RetroVue.Media.FFmpeg.Formats;
using RetroVue.Media.FFmpeg.Frames;
using RetroVue.Media.FFmpeg.Interop;
using RetroVue.Media.FFmpeg.Native;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.FFmpeg.Conversion;

/// <summary>
/// Converts pictures to one size, pixel format, pixel shape and colour description; rotates them upright and, if progressive pictures are
/// wanted, deinterlaces them. It does not change times.
/// </summary>
/// <remarks>
/// <para>
/// Shape: pictures of another shape get black bars, or are stretched if the options say so. Pictures that are stored turned or mirrored are
/// rotated upright.
/// </para>
/// <para>
/// Fields: interlaced pictures are deinterlaced if the wanted format is progressive: into one picture each, or into two if the wanted frame
/// rate is that of the fields. Progressive pictures among them are not changed. If the wanted format is interlaced, fields are kept, in its
/// order, and scaled separately; but not if the picture is rotated, or if its height or the wanted height is not a multiple of four.
/// </para>
/// <para>
/// Colour: range, matrix and primaries are converted to the wanted ones; properties that the wanted format does not set are the input's. If
/// an input does not declare its matrix, BT.709 is assumed for 1280 or more columns or more than 576 lines, and BT.601 for less, as players
/// do. If it does not declare its range, limited range is assumed for YUV, full range for grey and RGB. If it does not declare primaries or
/// transfer, the wanted ones are assumed. High dynamic range (HLG, PQ) is mapped if another transfer is wanted and FFmpeg has the filters
/// "zscale" and "tonemap".
/// </para>
/// <para>
/// The output's frame rate is the input's, or twice that if fields become pictures. With <see cref="VideoConverterOptions.KeepFormat"/> the
/// whole output format stays that of the first input. Pictures that already have the wanted format are passed on unchanged. It works on the
/// pushing thread.
/// </para>
/// </remarks>
public sealed unsafe class VideoConverter : Element
{
    private readonly VideoFormat _asked;
    private readonly VideoConverterOptions _options;
    private readonly OutputPad _output;
    private readonly FramePool _pool = new();
    private readonly PictureBuffers _buffers = new();
    private readonly AVPixelFormat _wantedPixels;
    private VideoFormat _wanted;
    private AVPixelFormat _declaredPixels;
    private Scaler? _scaler;
    private Scaler.Picture _from;
    private VideoFormat? _input;
    private bool _everyField;

    // For pictures of the same kind as the last one.
    private PicturePlan? _plan;
    private FilterStage? _filters;
    private (AVPixelFormat Pixels, int Width, int Height) _kind;
    private bool _passes;

    /// <summary>Makes a converter.</summary>
    /// <param name="name">The element's name.</param>
    /// <param name="wanted">
    /// Pixel format, size, pixel shape, colour and fields of the output; its frame rate only decides whether each field becomes a picture.
    /// With a size of 0x0, size and pixel shape are those of the upright input, with each side made even.
    /// </param>
    /// <param name="options">The options; null for the defaults.</param>
    /// <exception cref="ArgumentException">One side of the wanted size is positive and the other is not, or the pixel format is unknown.</exception>
    /// <exception cref="FFmpegLibraryException">FFmpeg cannot be loaded.</exception>
    public VideoConverter(string name, VideoFormat wanted, VideoConverterOptions? options = null)
        : base(name)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        if (wanted.Width < 0 || wanted.Height < 0 || wanted.Width == 0 != (wanted.Height == 0) || wanted.PixelFormat == PixelFormat.Unknown
            || !wanted.SampleAspectRatio.IsPositive || wanted.Orientation != Orientation.Upright)
        {
            throw new ArgumentException($"Pictures cannot be converted to {wanted}.", nameof(wanted));
        }

        _asked = _wanted = wanted;
        _options = options ?? new VideoConverterOptions();
        _wantedPixels = FormatNames.ToNative(wanted.PixelFormat);
        AddInput();
        _output = AddOutput();
    }

    /// <inheritdoc/>
    protected override bool Accepts(InputPad input, MediaFormat format) => format is VideoFormat { Width: > 0, Height: > 0 };

    /// <inheritdoc/>
    protected override void OnEvent(InputPad input, MediaEvent mediaEvent)
    {
        if (mediaEvent is not FormatChanged changed)
        {
            // A gap says that no input comes for the filters to wait for; it must not overtake pictures in the filters.
            if (mediaEvent is Segment or EndOfStream || (mediaEvent is Gap && _filters is not null))
            {
                Finish();
            }

            Forward(mediaEvent);
            return;
        }

        Finish();
        _input = (VideoFormat)changed.Format;
        _declaredPixels = FormatNames.ToNative(_input.PixelFormat);
        var first = _options.KeepFormat ? _output.Format as VideoFormat : null;
        if (_asked.Width == 0)
        {
            var upright = first ?? PicturePlan.Turned(_input);
            _wanted = _asked with
            {
                Width = Math.Max(2, upright.Width & ~1),
                Height = Math.Max(2, upright.Height & ~1),
                SampleAspectRatio = upright.SampleAspectRatio,
            };
        }

        var output = OutputFor(_input);
        output = first ?? output;

        if (!output.Equals(_output.Format))
        {
            _output.Push(new FormatChanged(output));
        }
    }

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">libswscale does not support the input's pixel format.</exception>
    /// <exception cref="FFmpegException">A filter does not support such pictures.</exception>
    protected override void OnBuffer(InputPad input, MediaBuffer buffer)
    {
        if (_input is null)
        {
            _output.Push(buffer);
            return;
        }

        // A frame's own pixel format is more exact than this library's names, because FFmpeg has more formats.
        var kind = KindOf(buffer);
        if (_plan is null || kind != _kind)
        {
            try
            {
                Finish();
                Begin(_input with { Width = kind.Width, Height = kind.Height }, kind);
            }
            catch
            {
                buffer.Release();
                throw;
            }
        }

        if (_filters is null)
        {
            Fit(buffer);
            return;
        }

        try
        {
            _filters.Push(buffer);
        }
        finally
        {
            buffer.Release();
        }

        Pull();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        Forget();
        _pool.Dispose();
        _buffers.Dispose();
        base.Dispose(disposing);
    }

    private static bool IsRgb(PixelFormat format) =>
        format is PixelFormat.Rgb24 or PixelFormat.Bgr24 or PixelFormat.Rgba or PixelFormat.Bgra;

    private VideoFormat OutputFor(VideoFormat input)
    {
        var color = new ColorDescription(
            _wanted.Color.Range ?? input.Color.Range,
            _wanted.Color.Primaries ?? input.Color.Primaries,
            _wanted.Color.Transfer ?? input.Color.Transfer,
            _wanted.Color.Matrix ?? input.Color.Matrix);
        if (IsRgb(_wanted.PixelFormat))
        {
            color = color with { Range = "pc", Matrix = "gbr" };
        }
        else if (IsRgb(input.PixelFormat) || input.Color.Matrix == "gbr")
        {
            color = color with { Range = _wanted.Color.Range ?? "tv", Matrix = PictureColor.UsualMatrix(_wanted) };
        }
        else if (_options.KeepFormat && color.Matrix is null)
        {
            // The assumption for an input that declares none; the next input may declare another one.
            color = color with { Matrix = PictureColor.UsualMatrix(input) };
        }

        bool isInterlaced = input.Interlacing != Interlacing.Progressive && PicturePlan.KeepsFields(input, _wanted);
        _everyField = input.Interlacing != Interlacing.Progressive && !isInterlaced && PicturePlan.WantsEveryField(input, _wanted.FrameRate);
        return _wanted with
        {
            FrameRate = _everyField ? new Rational(input.FrameRate.Numerator * 2, input.FrameRate.Denominator).Reduce() : input.FrameRate,
            Interlacing = isInterlaced ? _wanted.Interlacing : Interlacing.Progressive,
            Color = color,
        };
    }

    private (AVPixelFormat Pixels, int Width, int Height) KindOf(MediaBuffer buffer) =>
        buffer.Memory is FrameMemory { Frame: var frame }
            ? ((AVPixelFormat)frame->format, frame->width, frame->height)
            : (_declaredPixels, _input!.Width, _input.Height);

    private void Begin(VideoFormat input, (AVPixelFormat Pixels, int Width, int Height) kind)
    {
        var output = (VideoFormat)_output.Format!;
        _kind = kind;
        _plan = PicturePlan.For(input, kind.Pixels, output, _wantedPixels, _everyField, _options.Stretch);
        if (_plan.Shortcoming is { } shortcoming)
        {
            Pipeline.Report("falls-short", Name, $"The picture {shortcoming}");
            _options.FallsShort?.Invoke(shortcoming);
        }

        _filters = _plan.Filters is { } filters ? new FilterStage(filters, input, kind.Pixels, _plan.FieldsBecomePictures) : null;
        _passes = _filters is null && IsAsWanted(DescribeFrom(null, kind), output);
    }

    private void Pull()
    {
        while (_filters!.TryPull(_pool) is { } buffer)
        {
            Fit(buffer);
        }
    }

    /// <summary>Drains the filters. The next picture is examined again.</summary>
    private void Finish()
    {
        if (_filters is not null)
        {
            _filters.End();
            Pull();
        }

        Forget();
    }

    private void Forget()
    {
        _filters?.Dispose();
        _scaler?.Dispose();
        (_plan, _filters, _scaler) = (null, null, null);
    }

    /// <summary>Scales a picture into its rectangle, and pushes it.</summary>
    private void Fit(MediaBuffer buffer)
    {
        if (_passes)
        {
            _output.Push(buffer);
            return;
        }

        MediaBuffer? fitted = null;
        try
        {
            fitted = Scale(buffer);
        }
        finally
        {
            buffer.Release();
        }

        _output.Push(fitted);
    }

    private MediaBuffer Scale(MediaBuffer buffer)
    {
        if (_scaler is null || (_filters is not null && KindOf(buffer) != (_from.Format, _from.Width, _from.Height)))
        {
            MakeScaler(buffer);
        }

        var memory = _pool.Rent();
        try
        {
            _buffers.Attach(memory.Frame, _wantedPixels, _wanted.Width, _wanted.Height);
            _scaler!.Scale(buffer.Memory, memory.Frame);
        }
        catch
        {
            memory.Release();
            throw;
        }

        return buffer.CopyHeader(memory);
    }

    private void MakeScaler(MediaBuffer buffer)
    {
        var output = (VideoFormat)_output.Format!;
        _from = DescribeFrom(_filters is null ? null : ((FrameMemory)buffer.Memory).Frame, KindOf(buffer));
        var (_, _, _, toMatrix) = FormatNames.ToNative(output.Color with { Matrix = output.Color.Matrix ?? _plan!.Result.Color.Matrix });
        var isFull = IsRgb(_wanted.PixelFormat) || (output.Color.Range ?? _plan!.Result.Color.Range) == "pc";
        var to = new Scaler.Picture(_wantedPixels, _wanted.Width, _wanted.Height, toMatrix, isFull);
        // Values that differ only in name need no conversion.
        if (PictureColor.IsSameMatrix(output.Color.Matrix, _plan!.Result.Color.Matrix))
        {
            to = to with { Matrix = _from.Matrix };
        }

        _scaler?.Dispose();
        _scaler = new Scaler(_from, to, _plan.Fit, _options.Quality, output.Interlacing != Interlacing.Progressive);
    }

    /// <summary>Describes the scaler's input: by the input's format or the plan, or by the filters' output.</summary>
    private Scaler.Picture DescribeFrom(AVFrame* filtered, (AVPixelFormat Pixels, int Width, int Height) kind)
    {
        var (range, _, _, matrix) = FormatNames.ToNative(_plan!.Result.Color);
        if (filtered is not null)
        {
            range = filtered->color_range == AVColorRange.AVCOL_RANGE_UNSPECIFIED ? range : filtered->color_range;
            matrix = filtered->colorspace == AVColorSpace.AVCOL_SPC_UNSPECIFIED ? matrix : filtered->colorspace;
        }

        return new Scaler.Picture(kind.Pixels, kind.Width, kind.Height, matrix, range == AVColorRange.AVCOL_RANGE_JPEG);
    }

    private bool IsAsWanted(Scaler.Picture picture, VideoFormat output)
    {
        var (color, input) = (_plan!.Result.Color, _plan.Result);
        return picture.Format == _wantedPixels && picture.Width == output.Width && picture.Height == output.Height
            && input.SampleAspectRatio.Reduce() == output.SampleAspectRatio.Reduce()
            && (output.Color.Range is null || output.Color.Range == color.Range)
            && (output.Color.Matrix is null || PictureColor.IsSameMatrix(output.Color.Matrix, color.Matrix));
    }
}
