using System.Globalization;
using RetroVue.Media.FFmpeg.Formats;
using RetroVue.Media.FFmpeg.Interop;
using RetroVue.Media.FFmpeg.Native;
using RetroVue.Media.Formats;
using RetroVue.Media.Time;
using static RetroVue.Media.FFmpeg.Interop.LibAVFilter;

namespace RetroVue.Media.FFmpeg.Conversion;

/// <summary>
/// What has to be done to pictures beyond scaling, as filters of libavfilter's: fields made into pictures, turning, colour. Most pictures
/// need none.
/// </summary>
/// <param name="Filters">The filters' description; null if none is needed.</param>
/// <param name="Fit">Where the pictures lie in the output's.</param>
/// <param name="Result">The pictures after the filters; their colour is stated in full.</param>
/// <param name="FieldsBecomePictures">True if one picture of two fields becomes two.</param>
/// <param name="Shortcoming">What cannot be done as it should, in words; null if nothing.</param>
internal sealed unsafe record PicturePlan(string? Filters, PictureFit Fit, VideoFormat Result, bool FieldsBecomePictures, string? Shortcoming)
{
    // What "bwdif" wants at least.
    private const int LeastSide = 3;

    // A fifth of the way to the grey of the same luminance (BT.709's): colours beyond smaller primaries are drawn in rather than cut off.
    private const string DrawnIn =
        "colorchannelmixer=rr=0.8425:rg=0.1430:rb=0.0144:gr=0.0425:gg=0.9430:gb=0.0144:br=0.0425:bg=0.1430:bb=0.8144";

    // Pictures of two fields come 25 or 30 a second, though some containers say the rate of the fields.
    private static readonly Rational s_fastestFrames = new(40, 1);

    /// <summary>The plan for pictures of one kind.</summary>
    /// <param name="input">The pictures as they come, in the size that they really have.</param>
    /// <param name="pixels">Their pixel format.</param>
    /// <param name="output">What they become.</param>
    /// <param name="outputPixels">The pixel format of that.</param>
    /// <param name="everyField">Whether each field is to become a picture where fields are not kept.</param>
    /// <param name="stretch">Whether the shape need not be kept.</param>
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
            // Also for what the filters see where the input does not state it, or says it of the whole stream only.
            filters.Insert(0, Tags(PictureColor.Complete(input, pixels)));
        }

        return new PicturePlan(filters.Count > 0 ? string.Join(',', filters) : null, fit, result, doubles, shortcoming);
    }

    /// <summary>True if pictures with two fields come out with their fields; turned ones, and odd sizes, do not.</summary>
    public static bool KeepsFields(VideoFormat input, VideoFormat output) =>
        output.Interlacing != Interlacing.Progressive && input.Orientation == Orientation.Upright && input.Height % 4 == 0 && output.Height % 4 == 0;

    /// <summary>True if the output asks for about as many pictures as the input has fields.</summary>
    public static bool WantsEveryField(VideoFormat input, Rational wanted) => wanted.IsPositive
        && (wanted > s_fastestFrames || (input.FrameRate.IsPositive && wanted.ToDouble() > 1.5 * input.FrameRate.ToDouble()));

    /// <summary>The format of pictures once they stand upright.</summary>
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
                return $"its high dynamic range ({own.Transfer}) is not mapped, and colours are wrong: FFmpeg {FFmpegLibrary.Version} has no filter "
                    + "'zscale' or no 'tonemap'; use one that is built with zimg";
            }

            EvenSides(filters, ref result);
            // Scaled where that leaves fewer pixels to map, in floating point.
            bool isSmaller = (long)fit.Width * fit.Height < (long)result.Width * result.Height;
            var size = isSmaller ? string.Create(CultureInfo.InvariantCulture, $"w={fit.Width}:h={fit.Height}:") : "";
            var gamut = to.Primaries is null || to.Primaries == own.Primaries ? "" : $"zscale=p={to.Primaries},{DrawnIn},";
            // By way of whole numbers of RGB, which cut off what is less than black: luma made of that would be too dark.
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

    /// <summary>Makes odd sides a column or line larger: "colorspace" and "zscale" take none of them.</summary>
    private static void EvenSides(List<string> filters, ref VideoFormat result)
    {
        int width = result.Width + (result.Width % 2), height = result.Height + (result.Height % 2);
        if (width != result.Width || height != result.Height)
        {
            // Both ranges stated: else the filter makes limited range of full.
            string? range = result.Color.Range;
            filters.Add(string.Create(CultureInfo.InvariantCulture, $"scale=w={width}:h={height}:flags=bicubic:in_range={range}:out_range={range}"));
            result = result with { Width = width, Height = height };
        }
    }

    private static string Tags(ColorDescription color)
    {
        var (range, primaries, transfer, matrix) = FormatNames.ToNative(color);
        // In high dynamic range one that is not stated is BT.2020.
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
