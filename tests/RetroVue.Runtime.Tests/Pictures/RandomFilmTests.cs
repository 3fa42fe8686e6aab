using NodaTime;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using RetroVue.Runtime.Schedules;
using RetroVue.Runtime.Tests.Channels;

namespace RetroVue.Runtime.Tests.Pictures;

/// <summary>
/// The channel airs what a good player shows of the file: upright, in the right colours and range, and with the picture and the sound in
/// step.
/// </summary>
public sealed class RandomFilmTests
{
    private static readonly Instant s_start = Instant.FromUtc(2026, 3, 29, 0, 0);
    private static readonly Rational[] s_rates = [new(25, 1), new(30, 1), new(30000, 1001), new(50, 1)];
    private static readonly (int Width, int Height)[] s_sizes = [(160, 96), (128, 128), (192, 108)];

    // The values of white, 0xC02020, 0x20C020 and black by ITU-R BT.709-6.
    private static readonly (double X, double Y, double Luma, double Blue, double Red)[] s_quarters =
        [(-1, -1, 235, 128, 128), (1, -1, 73, 112, 198), (-1, 1, 142, 74, 64), (1, 1, 16, 128, 128)];

    [TearDown]
    public void NothingIsLeft() => Assert.That(MediaBuffer.LiveCount, Is.Zero);

    [Test]
    public void Film_of_any_kind_airs_as_a_good_player_shows_it() => RandomCases.Run(10, Check);

    [Test]
    [Category("Soak")]
    public void Films_of_any_kind_air_as_a_good_player_shows_them() => RandomCases.Run(10_000, Check);

    private static void Check(Random random)
    {
        RandomFilm film = RandomFilm.Create(random);
        (int width, int height) = s_sizes[random.Next(s_sizes.Length)];
        Rational rate = s_rates[random.Next(s_rates.Length)];
        string described = $"{film} on {width}x{height} at {rate}";
        string file = film.Make("random");
        string aired = Path.Combine(MadeMedia.Folder, "random-aired.ts");
        ClockTime start;
        using (var channel = new SimulatedChannel(s_start, ChannelProfile.Transcode(width, height, rate), [(file, Duration.FromSeconds(2))]))
        {
            channel.Join();
            channel.Watch(Duration.FromSeconds(2));
            long wrap = ClockTime.FromUnits(1L << 33, new Rational(1, 90_000)).Nanoseconds;
            start = ClockTime.FromNanoseconds(channel.Line.At(s_start).Nanoseconds % wrap);
            channel.Save("random-aired.ts");
        }

        IReadOnlyList<AiredPicture> pictures = AiredPictures.ReadAsync(aired).GetAwaiter().GetResult();
        Judge(film, pictures.First(picture => picture.Pts - start >= ClockTime.FromMilliseconds(400)), width, height, described);

        // The white quarter is at the film's first corner, so the place depends on the orientation.
        (double x, double y) = Place(film, width, height, s_quarters[0].X, s_quarters[0].Y);
        ClockTime change = pictures.First(picture => picture.Pts - start >= ClockTime.FromMilliseconds(500) && picture.At(x, y).Y < 125).Pts;
        ClockTime tone = ReceivedSound.BeepsAsync(aired).GetAwaiter().GetResult()[0];
        double frame = 1000.0 * rate.Denominator / rate.Numerator;
        double offset = (change - tone - (film.Change - ClockTime.FromSeconds(1))).Nanoseconds / 1e6;
        // A frame shows the nearest picture, which may be half a frame away. The beginning of a beep is found to within five milliseconds.
        Assert.That(offset, Is.EqualTo(0).Within((frame / 2) + 5), $"milliseconds that the picture is late, {described}");
        // At the end of the recording, pictures may be missing that are shown before the last ones.
        AiredPicture[] whole = [.. pictures.Where(picture => picture.Pts - start < ClockTime.FromMilliseconds(1600))];
        Assert.That(whole, Has.Length.EqualTo(1600 / frame).Within(2), described);
        Assert.That(whole.Zip(whole.Skip(1), (a, b) => (b.Pts - a.Pts).Nanoseconds / 1e6), Is.All.EqualTo(frame).Within(0.02), described);
    }

    private static void Judge(RandomFilm film, AiredPicture picture, int width, int height, string described)
    {
        foreach ((double x, double y, double luma, double blue, double red) in film.IsGray ? [s_quarters[0], s_quarters[3]] : s_quarters)
        {
            (double atX, double atY) = Place(film, width, height, x, y);
            (double aired, double airedBlue, double airedRed) = picture.At(atX, atY);
            string where = $"the quarter at {x}, {y} of {described}";
            Assert.That(aired, Is.EqualTo(luma).Within(luma is 16 ? 2 : luma is 235 ? 3 : 6), $"luma of {where}");
            Assert.That(airedBlue, Is.EqualTo(blue).Within(7), $"blue of {where}");
            Assert.That(airedRed, Is.EqualTo(red).Within(7), $"red of {where}");
        }
    }

    /// <summary>Returns the place of the middle of a quarter in the aired picture, in parts of the picture's sides.</summary>
    private static (double X, double Y) Place(RandomFilm film, int width, int height, double x, double y)
    {
        (int a, int b, int c, int d) = film.Turn;
        double wide = film.Width * film.Aspect.ToDouble(), high = film.Height;
        (wide, high) = a == 0 ? (high, wide) : (wide, high);
        double scale = Math.Min(width / wide, height / high);
        return (0.5 + (((a * x) + (c * y)) * wide * scale / width / 4), 0.5 + (((b * x) + (d * y)) * high * scale / height / 4));
    }
}
