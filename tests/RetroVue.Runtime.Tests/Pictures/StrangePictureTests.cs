using NodaTime;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using RetroVue.Runtime.Schedules;
using RetroVue.Runtime.Tests.Channels;

namespace RetroVue.Runtime.Tests.Pictures;

/// <summary>A transcoded channel shows pictures that are turned, of full range, of high dynamic range, or of two fields.</summary>
public sealed class StrangePictureTests
{
    private static readonly Instant s_start = Instant.FromUtc(2026, 3, 29, 0, 0);

    [TearDown]
    public void NothingIsLeft() => Assert.That(MediaBuffer.LiveCount, Is.Zero);

    // Each way to turn and flip a picture, as the four values of its display matrix.
    [TestCase(1, 0, 0, 1)]
    [TestCase(-1, 0, 0, 1)]
    [TestCase(1, 0, 0, -1)]
    [TestCase(-1, 0, 0, -1)]
    [TestCase(0, 1, 1, 0)]
    [TestCase(0, 1, -1, 0)]
    [TestCase(0, -1, 1, 0)]
    [TestCase(0, -1, -1, 0)]
    public async Task Turned_film_airs_upright(int a, int b, int c, int d)
    {
        string plain = MadeMedia.Make("quarters.mp4", $"{Quarters(160, 96)} -t 2 -c:v libx264 -preset ultrafast -pix_fmt yuv420p -an");
        string turned = TrackMatrix.Write(plain, Path.Combine(MadeMedia.Folder, $"quarters{a}{b}{c}{d}.mp4"), a, b, c, d);
        AiredPicture picture = await AirAsync(turned, 160, 96);
        // A film that lies on its side becomes a narrow picture: 96x160 in 160x96 has 58 columns in the middle.
        double wide = a == 0 ? 57.6 / 160 : 1;
        foreach ((double x, double y, double luma) in new[] { (-1.0, -1.0, 235.0), (1, -1, 162), (-1, 1, 89), (1, 1, 16) })
        {
            double shownX = (a * x) + (c * y), shownY = (b * x) + (d * y);
            double at = picture.At(0.5 + (shownX * wide / 4), 0.5 + (shownY / 4)).Y;
            Assert.That(at, Is.EqualTo(luma).Within(4), $"the quarter at {x}, {y}, shown at {shownX}, {shownY}");
        }

        if (a == 0)
        {
            Assert.That(picture.At(0.1, 0.5).Y, Is.EqualTo(16).Within(1), "a bar");
        }
    }

    [Test]
    public async Task Full_range_airs_as_limited_and_says_so()
    {
        string file = MadeMedia.Make("full-range.mp4", $"{Quarters(160, 96)} -vf scale=out_range=full,format=yuvj420p -t 2 -c:v libx264 -preset ultrafast -color_range pc -an");
        AiredPicture picture = await AirAsync(file, 160, 96);
        Assert.That(picture.At(0.25, 0.25).Y, Is.EqualTo(235).Within(3), "white");
        Assert.That(picture.At(0.75, 0.75).Y, Is.EqualTo(16).Within(2), "black");
        Assert.That(picture.Format.Color, Is.EqualTo(new ColorDescription("tv", "bt709", "bt709", "bt709")));
    }

    // The expected values are for red (192 of 255, with green and blue 32) by the equations of ITU-R BT.709-6. The red of NTSC's primaries
    // is converted to another one, as libzimg does it. A picture of this size without tags counts as BT.601.
    [TestCase("bt709", "bt709", "bt709", 73, 112, 198)]
    [TestCase("smpte170m", "smpte170m", "smpte170m", 80, 107, 191)]
    [TestCase("bt470bg", "bt470bg", "smpte170m", 74, 111, 199)]
    [TestCase("unknown", "unknown", "unknown", 73, 112, 198)]
    public async Task Colours_of_any_matrix_air_in_the_channels(string matrix, string primaries, string transfer, int luma, int blue, int red)
    {
        string converted = matrix == "unknown" ? "smpte170m" : matrix;
        string file = MadeMedia.Make(
            $"red-{matrix}.mkv",
            $"-f lavfi -i color=0xC02020:s=160x96:r=25,format=gbrp,scale=out_color_matrix={converted},format=yuv420p -t 2 -c:v ffv1 -an -colorspace {matrix} -color_primaries {primaries} -color_trc {transfer}");
        AiredPicture picture = await AirAsync(file, 160, 96);
        (double y, double u, double v) = picture.At(0.5, 0.5);
        Assert.That(y, Is.EqualTo(luma).Within(3));
        Assert.That(u, Is.EqualTo(blue).Within(3));
        Assert.That(v, Is.EqualTo(red).Within(3));
        Assert.That(picture.Format.Color, Is.EqualTo(new ColorDescription("tv", "bt709", "bt709", "bt709")));
    }

    [TestCase("arib-std-b67")]
    [TestCase("smpte2084")]
    public async Task High_dynamic_range_is_mapped(string transfer)
    {
        string file = MadeMedia.Make(
            $"hdr-{transfer}.mkv",
            $"-f lavfi -i testsrc2=s=160x96:r=25 -t 2 -pix_fmt yuv420p10le -c:v ffv1 -an -colorspace bt2020nc -color_primaries bt2020 -color_trc {transfer}");
        string reference = MadeMedia.Make(
            $"mapped-{transfer}.mkv",
            $"-i {file} -vf zscale=t=linear:npl=203,tonemap=mobius,zscale=t=bt709:m=bt709:r=tv,format=yuv420p -c:v ffv1 -frames:v 1");
        AiredPicture picture = await AirAsync(file, 160, 96, skip: 0);
        double expected = (await AiredPictures.ReadAsync(reference))[0].Luma;
        Assert.That(picture.Luma, Is.EqualTo(expected).Within(5).Percent);
        Assert.That(picture.Format.Color, Is.EqualTo(new ColorDescription("tv", "bt709", "bt709", "bt709")));
    }

    // Filters that convert colours do not take pictures with odd sides. Full and limited range of more than eight bits are converted in
    // another way.
    [TestCase(160, 96, "yuv422p10le", "bt709", "bt709", "pc")]
    [TestCase(81, 48, "yuv420p", "smpte170m", "smpte170m", "tv")]
    [TestCase(80, 47, "yuv422p", "bt470bg", "bt709", "pc")]
    [TestCase(81, 47, "yuv444p", "bt2020nc", "bt709", "tv")]
    [TestCase(81, 47, "yuv420p10le", "bt2020nc", "arib-std-b67", "tv")]
    [TestCase(401, 225, "yuv420p10le", "bt2020nc", "smpte2084", "tv")]
    public async Task Pictures_of_odd_sides_and_ranges_air(int width, int height, string pixels, string matrix, string transfer, string range)
    {
        string file = MadeMedia.Make(
            $"odd-{width}x{height}-{pixels}-{transfer}-{range}.mkv",
            $"-f lavfi -i color=white:s={width}x{height}:r=25,format=gbrp,scale=out_range={range}:out_color_matrix={(matrix == "bt2020nc" ? "bt2020" : matrix)},format={pixels} -t 2 -c:v ffv1 -an "
            + $"-colorspace {matrix} -color_trc {transfer} -color_range {range}");
        AiredPicture picture = await AirAsync(file, 160, 96);
        // White in high dynamic range is mapped to a value brighter than grey.
        bool isHigh = transfer is "arib-std-b67" or "smpte2084";
        Assert.That(picture.At(0.5, 0.5).Y, isHigh ? Is.InRange(180, 236) : Is.EqualTo(235).Within(2));
        Assert.That(picture.Format.Color, Is.EqualTo(new ColorDescription("tv", "bt709", "bt709", "bt709")));
    }

    [TestCase("bff", 25)]
    [TestCase("tff", 25)]
    [TestCase("bff", 50)]
    [TestCase("tff", 50)]
    public async Task Pictures_of_two_fields_air_without_combs(string scan, int rate)
    {
        // A bar moves by eight pixels a field. In a picture of two fields, its edges become combs.
        string file = MadeMedia.Make(
            $"fields-{scan}.mpg",
            $"-f lavfi -i color=black:s=160x96:r=50 -f lavfi -i color=white:s=24x96:r=50 -filter_complex [0][1]overlay=x='mod(n*8,160)':y=0,interlace=scan={scan}:lowpass=0,setfield={scan} "
            + $"-t 2 -c:v mpeg2video -flags +ilme+ildct -top {(scan == "tff" ? 1 : 0)} -b:v 2M -an");
        IReadOnlyList<AiredPicture> pictures = await AirAllAsync(file, 160, 96, new Rational(rate, 1));
        Assert.That(pictures[0].Format.Interlacing, Is.EqualTo(Interlacing.Progressive));
        foreach (AiredPicture picture in pictures.Skip(rate / 5).Take(rate))
        {
            Assert.That(Combs(picture), Is.LessThan(0.02), $"lines unlike both their neighbours, at {picture.Pts}");
        }

        // The bar moves in steps of eight pixels only if every field becomes a picture.
        double[] places = [.. pictures.Skip(rate / 5).Take(rate / 2).Select(Place)];
        double[] steps = [.. places.Zip(places.Skip(1), (p, q) => ((q - p) + 160) % 160)];
        Assert.That(steps.Order().ElementAt(steps.Length / 2), Is.EqualTo(rate == 50 ? 8 : 16).Within(3));
    }

    [Test]
    public async Task Music_has_a_slate_with_a_running_clock()
    {
        string film = MadeMedia.Make("before-music.mp4", "-f lavfi -i color=red:s=160x96:r=25 -f lavfi -i sine -t 4 -c:v libx264 -preset ultrafast -pix_fmt yuv420p -c:a aac");
        string music = MadeMedia.Make("music.mp3", "-f lavfi -i sine=duration=6 -c:a libmp3lame");
        var channel = new SimulatedChannel(
            s_start,
            ChannelProfile.Transcode(320, 180, new Rational(25, 1)),
            [(film, Duration.FromSeconds(4)), (music, Duration.FromSeconds(6))]);
        channel.Join();
        channel.Watch(Duration.FromSeconds(10));
        channel.Dispose();
        AiredPicture[] pictures = [.. (await AiredPictures.ReadAsync(channel.Save("music.ts"))).Skip(5 * 25).Take(4 * 25)];
        Assert.That(pictures.Select(picture => picture.At(0.05, 0.5).V), Is.All.LessThan(160), "no red of the film before");
        int changes = pictures.Zip(pictures.Skip(25), (a, b) => a.Planes[0].AsSpan().SequenceEqual(b.Planes[0]) ? 0 : 1).Sum();
        Assert.That(changes, Is.EqualTo(75), "the clock");
    }

    private static string Quarters(int width, int height) =>
        $"-f lavfi -i color=white:s={width}x{height}:r=25,drawbox=x=iw/2:y=0:w=iw/2:h=ih/2:c=0xAAAAAA:t=fill,"
        + "drawbox=x=0:y=ih/2:w=iw/2:h=ih/2:c=0x555555:t=fill,drawbox=x=iw/2:y=ih/2:w=iw/2:h=ih/2:c=black:t=fill";

    private static double Combs(AiredPicture picture)
    {
        int width = picture.Format.Width, height = picture.Format.Height, combs = 0;
        byte[] luma = picture.Planes[0];
        for (int line = 1; line < height - 1; line++)
        {
            for (int column = 0; column < width; column++)
            {
                int above = luma[((line - 1) * width) + column], here = luma[(line * width) + column], below = luma[((line + 1) * width) + column];
                combs += (here - above > 80 && here - below > 80) || (above - here > 80 && below - here > 80) ? 1 : 0;
            }
        }

        return combs / (double)(width * height);
    }

    private static double Place(AiredPicture picture)
    {
        int width = picture.Format.Width;
        ReadOnlySpan<byte> line = picture.Planes[0].AsSpan(picture.Format.Height / 2 * width, width);
        for (int column = 0; column < width; column++)
        {
            if (line[column] > 125 && line[(column + width - 1) % width] <= 125)
            {
                return column;
            }
        }

        return 0;
    }

    private static async Task<AiredPicture> AirAsync(string file, int width, int height, int skip = 10) =>
        (await AirAllAsync(file, width, height, new Rational(25, 1)))[skip];

    private static async Task<IReadOnlyList<AiredPicture>> AirAllAsync(string file, int width, int height, Rational rate)
    {
        var channel = new SimulatedChannel(s_start, ChannelProfile.Transcode(width, height, rate), [(file, Duration.FromSeconds(2))]);
        channel.Join();
        channel.Watch(Duration.FromSeconds(2));
        channel.Dispose();
        return await AiredPictures.ReadAsync(channel.Save(Path.GetFileNameWithoutExtension(file) + "-aired.ts"));
    }
}
