using RetroVue.Media.Devices.Interop.PipeWire;
using RetroVue.Media.Devices.PipeWire;
using RetroVue.Media.Formats;
using RetroVue.Media.Time;

namespace RetroVue.Media.Devices.Tests.PipeWire;

public sealed unsafe class PictureLayoutTests
{
    [TestCase(PixelFormat.Yuyv422, 0, "0+153600/640")]
    [TestCase(PixelFormat.Rgb24, 0, "0+230400/960")]
    [TestCase(PixelFormat.Rgb24, 1024, "0+245696/1024", Description = "lines are padded, all but the last")]
    [TestCase(PixelFormat.Bgra, 0, "0+307200/1280")]
    [TestCase(PixelFormat.Gray8, 0, "0+76800/320")]
    [TestCase(PixelFormat.Nv12, 0, "0+76800/320 76800+38400/320")]
    [TestCase(PixelFormat.Yuv420P, 0, "0+76800/320 76800+19200/160 96000+19200/160")]
    [TestCase(PixelFormat.Yuv420P, 384, "0+92096/384 92160+23008/192 115200+23008/192")]
    public void One_block_holds_the_planes_one_after_the_other(PixelFormat format, int stride, string expected)
    {
        byte* start = (byte*)0x10000;
        rv_pw_plane[] given = [new() { data = start, size = 400_000, stride = stride }];
        Assert.That(Find(format, 320, 240, given, start), Is.EqualTo(expected));
    }

    [Test]
    public void Odd_sizes_round_chroma_up()
    {
        byte* start = (byte*)0x10000;
        string planes = Find(PixelFormat.Yuv420P, 5, 3, [new rv_pw_plane { data = start, size = 1000, stride = 6 }], start);
        Assert.That(planes, Is.EqualTo("0+17/6 18+6/3 24+6/3"));
    }

    [Test]
    public void Planes_of_their_own_keep_their_strides()
    {
        byte* start = (byte*)0x10000;
        rv_pw_plane[] given =
        [
            new() { data = start, size = 100_000, stride = 320 },
            new() { data = start + 200_000, size = 100_000, stride = 400 },
        ];
        Assert.That(Find(PixelFormat.Nv12, 320, 240, given, start), Is.EqualTo("0+76800/320 200000+47920/400"));
    }

    [TestCase(153_599u, 640)]
    [TestCase(0u, 0)]
    [TestCase(153_600u, 639)]
    [TestCase(153_600u, -640)]
    public void Too_few_bytes_or_too_short_lines_are_no_picture(uint size, int stride)
    {
        byte* start = (byte*)0x10000;
        Assert.That(Find(PixelFormat.Uyvy422, 320, 240, [new rv_pw_plane { data = start, size = size, stride = stride }], start), Is.Empty);
    }

    [Test]
    public void No_planes_are_no_picture() => Assert.That(Find(PixelFormat.Uyvy422, 320, 240, [], null), Is.Empty);

    private static string Find(PixelFormat format, int width, int height, rv_pw_plane[] given, byte* start)
    {
        var planes = new rv_pw_plane[PipeWireBridge.RV_PW_MAX_PLANES];
        int count = PictureLayout.Find(new VideoFormat(format, width, height, new Rational(25, 1)), given, planes);
        var texts = new List<string>();
        for (int i = 0; i < count; i++)
        {
            texts.Add(FormattableString.Invariant($"{(byte*)planes[i].data - start}+{planes[i].size}/{planes[i].stride}"));
        }

        return string.Join(' ', texts);
    }
}
