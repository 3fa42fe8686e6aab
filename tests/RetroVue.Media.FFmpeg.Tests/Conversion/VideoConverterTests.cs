using RetroVue.Media.FFmpeg.Codecs;
using RetroVue.Media.FFmpeg.Conversion;
using RetroVue.Media.FFmpeg.Tests.Codecs;
using RetroVue.Media.FFmpeg.Tests.Support;
using RetroVue.Media.Formats;
using RetroVue.Media.Memory;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.FFmpeg.Tests.Conversion;

[LeakCheck]
public sealed class VideoConverterTests
{
    private static readonly Rational s_rate = new(30000, 1001);

    [TestCase(1280, 720, ScalingQuality.Good)]
    [TestCase(320, 180, ScalingQuality.Fast)]
    [TestCase(854, 480, ScalingQuality.Best)]
    public void Scaled_pictures_keep_number_and_time(int width, int height, ScalingQuality quality)
    {
        var wanted = new VideoFormat(PixelFormat.Yuv420P, width, height, s_rate);
        var converter = new VideoConverter("converter", wanted, new VideoConverterOptions { Quality = quality });
        using var raw = Recording.Of(VideoCodingTests.Source(s_rate, 20, 1000));
        using var scaled = Recording.Of(new ScriptedSource(raw.Script()), converter);
        Assert.That(scaled.Numbers(), Is.EqualTo(Enumerable.Range(1000, 20)));
        Assert.That(scaled.Buffers.Select(Header), Is.EqualTo(raw.Buffers.Select(Header)));
        Assert.That(scaled.Format, Is.EqualTo(wanted with { Color = ((VideoFormat)raw.Format).Color }));
    }

    [Test]
    public void Picture_that_fits_passes_untouched()
    {
        using var raw = Recording.Of(VideoCodingTests.Source(s_rate, 3, 0));
        using var same = Recording.Of(new ScriptedSource(raw.Script()), new VideoConverter("converter", (VideoFormat)raw.Format));
        Assert.That(same.Buffers, Is.EqualTo(raw.Buffers));
    }

    [TestCase(PixelFormat.Yuv422P)]
    [TestCase(PixelFormat.Yuv444P)]
    [TestCase(PixelFormat.Yuv420P10Le)]
    [TestCase(PixelFormat.Nv12)]
    [TestCase(PixelFormat.Yuyv422)]
    [TestCase(PixelFormat.Uyvy422)]
    [TestCase(PixelFormat.Rgb24)]
    [TestCase(PixelFormat.Bgr24)]
    [TestCase(PixelFormat.Rgba)]
    [TestCase(PixelFormat.Bgra)]
    [TestCase(PixelFormat.Gray8)]
    public void Every_pixel_format_is_taken_and_given_with_its_number_to_be_read(PixelFormat pixelFormat)
    {
        var plain = new VideoFormat(PixelFormat.Yuv420P, 640, 360, s_rate);
        using var raw = Recording.Of(VideoCodingTests.Source(s_rate, 3, 1000));
        // The pictures are converted into the format. Then their planes are packed without padding, as a camera gives them, and converted
        // back.
        using var there = Recording.Of(new ScriptedSource(raw.Script()), new VideoConverter("there", plain with { PixelFormat = pixelFormat }));
        Assert.That(((VideoFormat)there.Format).PixelFormat, Is.EqualTo(pixelFormat));
        List<object> packed = [new FormatChanged(there.Format)];
        packed.AddRange(there.Buffers.Select(buffer => Packed(buffer, pixelFormat)));
        using var back = Recording.Of(new ScriptedSource(packed), new VideoConverter("back", plain));
        Assert.That(back.Numbers(), Is.EqualTo(Enumerable.Range(1000, 3)));
    }

    // White pictures are fitted into 640x360. The last four values are the rectangle that is white.
    [TestCase(640, 480, 1, 1, 80, 0, 480, 360)]
    [TestCase(720, 576, 16, 15, 80, 0, 480, 360)]
    [TestCase(720, 576, 64, 45, 0, 0, 640, 360)]
    [TestCase(1920, 800, 1, 1, 0, 46, 640, 266)]
    [TestCase(360, 640, 1, 1, 218, 0, 202, 360)]
    public void Shape_is_kept_with_black_bars(int width, int height, int aspectWide, int aspectHigh, int x, int y, int fitWidth, int fitHeight)
    {
        var format = new VideoFormat(PixelFormat.Yuv420P, width, height, s_rate) { SampleAspectRatio = new Rational(aspectWide, aspectHigh) };
        using var fitted = Recording.Of(
            new ScriptedSource(Plain(format, 235, 128, 128)),
            new VideoConverter("converter", new VideoFormat(PixelFormat.Yuv420P, 640, 360, s_rate)));
        var memory = fitted.Buffers[0].Memory;
        for (int line = 0; line < 360; line++)
        {
            for (int column = 0; column < 640; column++)
            {
                bool isInside = column >= x && column < x + fitWidth && line >= y && line < y + fitHeight;
                byte luma = memory.Plane(0)[(line * memory.Stride(0)) + column];
                if (Math.Abs(luma - (isInside ? 235 : 16)) > 1)
                {
                    Assert.Fail($"Luma {luma} at {column},{line}");
                }
            }
        }

        Assert.That(((VideoFormat)fitted.Format).SampleAspectRatio, Is.EqualTo(new Rational(1, 1)));
    }

    // The values of red by the equations of BT.601 and BT.709, and in full range: ITU-R BT.601-7 section 2.5, BT.709-6 section 3.
    [TestCase("bt709", "tv", 63, 102, 240)]
    [TestCase("smpte170m", "tv", 81, 90, 240)]
    [TestCase("smpte170m", "pc", 76, 85, 255)]
    public void Matrix_and_range_are_respected(string matrix, string range, int luma, int blue, int red)
    {
        var format = new VideoFormat(PixelFormat.Yuv420P, 64, 64, s_rate) { Color = new ColorDescription(range, null, null, matrix) };
        using var rgb = Recording.Of(
            new ScriptedSource(Plain(format, (byte)luma, (byte)blue, (byte)red)),
            new VideoConverter("converter", new VideoFormat(PixelFormat.Rgb24, 64, 64, s_rate), new VideoConverterOptions { Quality = ScalingQuality.Best }));
        var pixel = rgb.Buffers[0].Data[..3].ToArray();
        Assert.That((int)pixel[0], Is.EqualTo(255).Within(3));
        Assert.That((int)pixel[1], Is.EqualTo(0).Within(3));
        Assert.That((int)pixel[2], Is.EqualTo(0).Within(3));
        Assert.That(((VideoFormat)rgb.Format).Color.Matrix, Is.EqualTo("gbr"));
    }

    [Test]
    public void One_matrix_is_converted_to_another()
    {
        var source = new VideoFormat(PixelFormat.Yuv420P, 64, 64, s_rate) { Color = new ColorDescription("tv", null, null, "smpte170m") };
        using var converted = Recording.Of(
            new ScriptedSource(Plain(source, 81, 90, 240)),
            new VideoConverter("converter", source with { Color = new ColorDescription("tv", null, null, "bt709") }));
        var memory = converted.Buffers[0].Memory;
        Assert.That((int)memory.Plane(0)[0], Is.EqualTo(63).Within(2));
        Assert.That((int)memory.Plane(1)[0], Is.EqualTo(102).Within(2));
        Assert.That((int)memory.Plane(2)[0], Is.EqualTo(240).Within(2));
    }

    [Test]
    public void Decoded_pictures_go_through_rgb_and_back()
    {
        var mpeg2 = new EncoderOptions { Codec = "mpeg2video", BitRate = 4_000_000 };
        using var packets = VideoCodingTests.Encode(s_rate, 10, 0, mpeg2);
        var wanted = new VideoFormat(PixelFormat.Rgb24, 640, 360, s_rate);
        using var back = Recording.Of(
            new ScriptedSource(packets.Script()),
            new Decoder("decoder"),
            new VideoConverter("rgb", wanted),
            new VideoConverter("yuv", wanted with { PixelFormat = PixelFormat.Yuv420P }));
        Assert.That(back.Numbers(), Is.EqualTo(Enumerable.Range(0, 10)));
    }

    [Test]
    public void Picture_that_no_filter_takes_is_an_error_and_not_lost()
    {
        // This colour range does not exist.
        var format = new VideoFormat(PixelFormat.Yuv420P, 64, 64, s_rate) { Color = new ColorDescription("half", null, null, "smpte170m") };
        var wanted = format with { Color = new ColorDescription("tv", "bt709", "bt709", "bt709") };
        var converter = new VideoConverter("converter", wanted);
        var picture = MediaBuffer.Create(HeapMemory.Copy(new byte[64]));
        Assert.That(() => Recording.Of(new ScriptedSource([new FormatChanged(format), picture]), converter), Throws.InstanceOf<ElementException>());
        Assert.That(MediaBuffer.LiveCount, Is.Zero);
    }

    /// <summary>Copies a picture of 640x360 without padding after its lines and planes.</summary>
    private static MediaBuffer Packed(MediaBuffer picture, PixelFormat format)
    {
        (int LineBytes, int Lines)[] planes = format switch
        {
            PixelFormat.Yuv422P => [(640, 360), (320, 360), (320, 360)],
            PixelFormat.Yuv444P => [(640, 360), (640, 360), (640, 360)],
            PixelFormat.Yuv420P10Le => [(1280, 360), (640, 180), (640, 180)],
            PixelFormat.Nv12 => [(640, 360), (640, 180)],
            PixelFormat.Yuyv422 or PixelFormat.Uyvy422 => [(1280, 360)],
            PixelFormat.Rgb24 or PixelFormat.Bgr24 => [(1920, 360)],
            PixelFormat.Rgba or PixelFormat.Bgra => [(2560, 360)],
            _ => [(640, 360)],
        };
        var memory = HeapMemory.Create([.. planes.Select(plane => (plane.LineBytes * plane.Lines, plane.LineBytes))]);
        for (int plane = 0; plane < planes.Length; plane++)
        {
            (int lineBytes, int lines) = planes[plane];
            for (int line = 0; line < lines; line++)
            {
                picture.Memory.Plane(plane).Slice(line * picture.Memory.Stride(plane), lineBytes)
                    .CopyTo(memory.WritablePlane(plane)[(line * lineBytes)..]);
            }
        }

        return picture.CopyHeader(memory);
    }

    private static (ClockTime, ClockTime, long, BufferFlags) Header(MediaBuffer buffer) => (buffer.Pts, buffer.Duration, buffer.Sequence, buffer.Flags);

    private static IEnumerable<object> Plain(VideoFormat format, byte luma, byte blue, byte red)
    {
        yield return new FormatChanged(format);
        int chroma = format.Width / 2 * (format.Height / 2);
        var memory = HeapMemory.Create([(format.Width * format.Height, format.Width), (chroma, format.Width / 2), (chroma, format.Width / 2)]);
        memory.WritablePlane(0).Fill(luma);
        memory.WritablePlane(1).Fill(blue);
        memory.WritablePlane(2).Fill(red);
        var buffer = MediaBuffer.Create(memory);
        buffer.Pts = ClockTime.Zero;
        yield return buffer;
    }
}
