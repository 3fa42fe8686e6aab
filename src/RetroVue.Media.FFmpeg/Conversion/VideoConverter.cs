using RetroVue.Media.FFmpeg.Formats;
using RetroVue.Media.FFmpeg.Frames;
using RetroVue.Media.FFmpeg.Interop;
using RetroVue.Media.FFmpeg.Native;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.FFmpeg.Conversion;

/// <summary>
/// Brings pictures to one size, pixel format, pixel shape and colour description. It changes neither times nor their number, and does
/// not deinterlace.
/// </summary>
/// <remarks>
/// Pictures of another shape get black bars, or are stretched where the options say so. What the wanted format leaves open in its
/// colour is the input's; an input that does not state its matrix is taken as BT.709 above 576 lines and as BT.601 else, as players do,
/// and its range as limited for YUV. Transfer characteristics and primaries are passed on, not converted. The output's frame rate and
/// interlacing are the input's. Pictures that fit already pass untouched. Works on the thread that pushes.
/// </remarks>
public sealed unsafe class VideoConverter : Element
{
    private readonly VideoFormat _wanted;
    private readonly VideoConverterOptions _options;
    private readonly OutputPad _output;
    private readonly FramePool _pool = new();
    private readonly PictureBuffers _buffers = new();
    private readonly AVPixelFormat _wantedPixels;
    private AVPixelFormat _declaredPixels;
    private Scaler? _scaler;
    private Scaler.Picture _from;
    private VideoFormat? _input;
    private bool _passes;

    /// <summary>A converter.</summary>
    /// <param name="name">The element's name.</param>
    /// <param name="wanted">Pixel format, size, pixel shape and colour of the output; the rest is not used.</param>
    /// <param name="options">How to scale; the defaults where null.</param>
    /// <exception cref="ArgumentException">The wanted size is not positive or the pixel format unknown.</exception>
    /// <exception cref="FFmpegLibraryException">FFmpeg cannot be loaded.</exception>
    public VideoConverter(string name, VideoFormat wanted, VideoConverterOptions? options = null)
        : base(name)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        if (wanted.Width <= 0 || wanted.Height <= 0 || wanted.PixelFormat == PixelFormat.Unknown || !wanted.SampleAspectRatio.IsPositive)
        {
            throw new ArgumentException($"Pictures cannot be converted to {wanted}.", nameof(wanted));
        }

        _wanted = wanted;
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
            Forward(mediaEvent);
            return;
        }

        _input = (VideoFormat)changed.Format;
        _declaredPixels = FormatNames.ToNative(_input.PixelFormat);
        ForgetScaler();
        var output = OutputFor(_input);
        _passes = output.Equals(_input);
        if (!output.Equals(_output.Format))
        {
            _output.Push(new FormatChanged(output));
        }
    }

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">libswscale does not convert from the input's pixel format.</exception>
    protected override void OnBuffer(InputPad input, MediaBuffer buffer)
    {
        if (_input is null || _passes)
        {
            _output.Push(buffer);
            return;
        }

        MediaBuffer converted;
        try
        {
            converted = Convert(_input, buffer);
        }
        finally
        {
            buffer.Release();
        }

        _output.Push(converted);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        ForgetScaler();
        _pool.Dispose();
        _buffers.Dispose();
        base.Dispose(disposing);
    }

    private static bool IsRgb(PixelFormat format) =>
        format is PixelFormat.Rgb24 or PixelFormat.Bgr24 or PixelFormat.Rgba or PixelFormat.Bgra;

    private static string UsualMatrix(int height) => height > 576 ? "bt709" : "smpte170m";

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
        else if (IsRgb(input.PixelFormat))
        {
            color = color with { Range = _wanted.Color.Range ?? "tv", Matrix = _wanted.Color.Matrix ?? UsualMatrix(_wanted.Height) };
        }

        return _wanted with { FrameRate = input.FrameRate, Interlacing = input.Interlacing, Color = color };
    }

    private MediaBuffer Convert(VideoFormat input, MediaBuffer buffer)
    {
        // A frame knows its format better than our names do: there are more pixel formats than those.
        var frame = (buffer.Memory as FrameMemory)?.Frame;
        var pixels = frame is null ? _declaredPixels : (AVPixelFormat)frame->format;
        if (_scaler is null || pixels != _from.Format || (frame is not null && (frame->width != _from.Width || frame->height != _from.Height)))
        {
            MakeScaler(input, pixels, frame is null ? input.Width : frame->width, frame is null ? input.Height : frame->height);
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

    private void MakeScaler(VideoFormat input, AVPixelFormat pixels, int width, int height)
    {
        ForgetScaler();
        var output = (VideoFormat)_output.Format!;
        _from = Describe(input, pixels, width, height);
        var to = Describe(output, _wantedPixels, _wanted.Width, _wanted.Height);
        // An input that states no matrix and need not be matched to one keeps what it has.
        if (output.Color.Matrix is null)
        {
            to = to with { Matrix = _from.Matrix };
        }

        var fit = _options.Stretch
            ? new PictureFit(0, 0, _wanted.Width, _wanted.Height)
            : PictureFit.Keeping(width, height, input.SampleAspectRatio, _wanted.Width, _wanted.Height, _wanted.SampleAspectRatio, _wantedPixels);
        _scaler = new Scaler(_from, to, fit, _options.Quality);
    }

    private static Scaler.Picture Describe(VideoFormat format, AVPixelFormat pixels, int width, int height)
    {
        var matrix = FormatNames.ToNative(format.Color with { Matrix = format.Color.Matrix ?? UsualMatrix(format.Height) }).Matrix;
        return new Scaler.Picture(pixels, width, height, matrix, format.Color.Range == "pc" || IsRgb(format.PixelFormat));
    }

    private void ForgetScaler()
    {
        _scaler?.Dispose();
        _scaler = null;
    }
}
