using System.Globalization;
using RetroVue.Media.FFmpeg.Formats;
using RetroVue.Media.FFmpeg.Interop;
using RetroVue.Media.FFmpeg.Native;
using RetroVue.Media.Formats;
using RetroVue.Media.Time;
using static RetroVue.Media.FFmpeg.Interop.LibAVFilter;

namespace RetroVue.Media.FFmpeg.Conversion;

/// <summary>
/// The conversion of pictures in addition to scaling, as libavfilter filters: deinterlacing, rotation, colour. Most pictures need none.
/// </summary>
/// <param name="Filters">The description of the filters; null if none is needed.</param>
/// <param name="Fit">The rectangle of the pictures in the output.</param>
/// <param name="Result">The format after the filters; its colour is complete.</param>
/// <param name="FieldsBecomePictures">True if an interlaced picture becomes two pictures.</param>
/// <param name="Shortcoming">A description of a conversion that is not possible; null if there is none.</param>
internal sealed unsafe record PicturePlan(string? Filters, PictureFit Fit, VideoFormat Result, bool FieldsBecomePictures, string? Shortcoming)
{
    // The smallest size for "bwdif".
    private const int LeastSide = 3;

    // A fifth of the way to the grey of the same luminance (BT.709's): colours outside of smaller primaries are desaturated rather than
    // clipped.
    private const string DrawnIn =
        "colorchannelmixer=rr=0.8425:rg=0.1430:rb=0.0144:gr=0.0425:gg=0.9430:gb=0.0144:br=0.0425:bg=0.1430:bb=0.8144";

    // Interlaced pictures come at 25 or 30 per second, although some containers declare the rate of the fields.
    private static readonly Rational s_fastestFrames = new(40, 1);

    /// <summary>Makes the plan for pictures of one kind.</summary>
    /// <param name="input">The input's format, with its real size.</param>
    /// <param name="pixels">The input's pixel format.</param>
    /// <param name="output">The output's format.</param>
    /// <param name="outputPixels">The output's pixel format.</param>
    /// <param name="everyField">True if deinterlacing makes a picture of each field.</param>
    /// <param name="stretch">True if the shape need not be kept.</param>
    public static PicturePlan For(
        VideoFormat input,
        AVPixelFormat pixels,
        VideoFormat output,
        AVPixelFormat outputPixels,
        bool everyField,
        bool stretch)
    {
        List<string> filters = [];
        var result = input with { Color = PictureColor.Complete(input, pixels) };
        bool doubles = input.Interlacing != Interlacing.Progressive && AddFields(filters, ref result, output, everyField);

        if (input.Orientation != Orientation.Upright)
        {
            filters.Add(Turn(input.Orientation));
            result = Turned(result);
        }

        var fit = stretch
            ? new PictureFit(0, 0, output.Width, output.Height)
            : PictureFit.Keeping(
                result.Width,
                result.Height,
                result.SampleAspectRatio,
                output.Width,
                output.Height,
                output.SampleAspectRatio,
                outputPixels,
                result.Interlacing == Interlacing.Progressive ? 1 : 2);
        var shortcoming = AddColor(filters, ref result, pixels, output, fit);
        if (filters.Count > 0)
        {
            // For the filters too, if the input does not declare it, or only for the whole stream.
            filters.Insert(0, Tags(PictureColor.Complete(input, pixels)));
        }

        return new PicturePlan(filters.Count > 0 ? string.Join(',', filters) : null, fit, result, doubles, shortcoming);
    }

    /// <summary>True if interlaced pictures stay interlaced; rotated ones, and those of odd sizes, do not.</summary>
    public static bool KeepsFields(VideoFormat input, VideoFormat output) =>
        output.Interlacing != Interlacing.Progressive && input.Orientation == Orientation.Upright && input.Height % 4 == 0 && output.Height % 4 == 0;

    /// <summary>True if the output's rate is about that of the input's fields.</summary>
    public static bool WantsEveryField(VideoFormat input, Rational wanted) => wanted.IsPositive
        && (wanted > s_fastestFrames || (input.FrameRate.IsPositive && wanted.ToDouble() > 1.5 * input.FrameRate.ToDouble()));

    /// <summary>Returns the format of the pictures after rotation.</summary>
    public static VideoFormat Turned(VideoFormat format)
    {
        bool isQuarter = format.Orientation is Orientation.TurnRight or Orientation.TurnLeft or Orientation.Transpose or Orientation.Transverse;
        var upright = format with { Orientation = Orientation.Upright };
        return isQuarter
            ? upright with { Width = format.Height, Height = format.Width, SampleAspectRatio = format.SampleAspectRatio.Inverse }
            : upright;
    }

    private static bool AddFields(List<string> filters, ref VideoFormat result, VideoFormat output, bool everyField)
    {
        if (KeepsFields(result, output))
        {
            if (result.Interlacing != output.Interlacing)
            {
                filters.Add(output.Interlacing == Interlacing.TopFieldFirst ? "fieldorder=tff" : "fieldorder=bff");
            }

            return false;
        }

        result = result with { Interlacing = Interlacing.Progressive };
        if (result.Width < LeastSide || result.Height < LeastSide)
        {
            return false;
        }

        filters.Add($"bwdif=mode={(everyField ? "send_field" : "send_frame")}:parity=auto:deint=interlaced");
        return everyField;
    }

    private static string Turn(Orientation orientation) => orientation switch
    {
        Orientation.TurnRight => "transpose=clock",
        Orientation.TurnLeft => "transpose=cclock",
        Orientation.Transpose => "transpose=cclock_flip",
        Orientation.Transverse => "transpose=clock_flip",
        Orientation.FlipSideways => "hflip",
        Orientation.FlipUpsideDown => "vflip",
        _ => "hflip,vflip",
    };

    private static string? AddColor(List<string> filters, ref VideoFormat result, AVPixelFormat pixels, VideoFormat output, PictureFit fit)
    {
        ColorDescription own = result.Color, to = output.Color;
        if (PictureColor.IsHighDynamicRange(own.Transfer) && to.Transfer is not null && !PictureColor.IsHighDynamicRange(to.Transfer))
        {
            if (!Exists("zscale") || !Exists("tonemap"))
            {
                return $"its high dynamic range ({own.Transfer}) is not mapped, so its colours are wrong: FFmpeg {FFmpegLibrary.Version} has no filter "
                    + "'zscale' or no filter 'tonemap'; use a build with zimg";
            }

            EvenSides(filters, ref result);
            // Scaled first if that leaves fewer pixels to map, in floating point.
            bool isSmaller = (long)fit.Width * fit.Height < (long)result.Width * result.Height;
            var size = isSmaller ? string.Create(CultureInfo.InvariantCulture, $"w={fit.Width}:h={fit.Height}:") : "";
            var gamut = to.Primaries is null || to.Primaries == own.Primaries ? "" : $"zscale=p={to.Primaries},{DrawnIn},";
            // Via integer RGB, which clips values below black: luma made of them would be too dark.
            filters.Add($"zscale={size}t=linear:npl=203,format=gbrpf32le,tonemap=mobius,{gamut}zscale=t=bt709:r=pc,format=gbrp,zscale=m=bt709:r=tv,format=yuv420p");
            result = (isSmaller ? result with { Width = fit.Width, Height = fit.Height } : result) with
            {
                Color = new ColorDescription("tv", to.Primaries ?? own.Primaries, to.Transfer, "bt709"),
            };
            return null;
        }

        var primaries = own.Primaries is not null && to.Primaries is not null && own.Primaries != to.Primaries;
        var matrix = to.Matrix is not null && !PictureColor.IsSameMatrix(own.Matrix, to.Matrix);
        if ((primaries || matrix) && ColorSpaceFilter.Describe(own, to, output.PixelFormat, pixels) is { } filter)
        {
            EvenSides(filters, ref result);
            filters.Add(filter);
            result = result with { Color = own with { Range = to.Range ?? own.Range, Matrix = to.Matrix ?? own.Matrix, Primaries = to.Primaries } };
        }

        return null;
    }

    /// <summary>Adds a column or line to odd sizes, because "colorspace" and "zscale" do not support them.</summary>
    private static void EvenSides(List<string> filters, ref VideoFormat result)
    {
        int width = result.Width + (result.Width % 2), height = result.Height + (result.Height % 2);
        if (width != result.Width || height != result.Height)
        {
            // Both ranges are given; otherwise the filter converts full range to limited range.
            string? range = result.Color.Range;
            filters.Add(string.Create(CultureInfo.InvariantCulture, $"scale=w={width}:h={height}:flags=bicubic:in_range={range}:out_range={range}"));
            result = result with { Width = width, Height = height };
        }
    }

    private static string Tags(ColorDescription color)
    {
        var (range, primaries, transfer, matrix) = FormatNames.ToNative(color);
        // In high dynamic range, primaries that are not declared are BT.2020.
        bool isWide = PictureColor.IsHighDynamicRange(color.Transfer) && color.Primaries is null;
        var known = isWide ? AVColorPrimaries.AVCOL_PRI_BT2020 : primaries;
        var wide = isWide && matrix != AVColorSpace.AVCOL_SPC_RGB ? AVColorSpace.AVCOL_SPC_BT2020_NCL : matrix;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"setparams=range={(int)range}:color_primaries={(int)known}:color_trc={(int)transfer}:colorspace={(int)wide}");
    }

    private static bool Exists(string filter)
    {
        using var name = new NativeText(filter);
        return avfilter_get_by_name(name) is not null;
    }
}
