using NodaTime;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using RetroVue.Runtime.Schedules;
using RetroVue.Runtime.Tests.Channels;

namespace RetroVue.Runtime.Tests.Pictures;

/// <summary>
/// Pictures of two fields on a channel that keeps fields, and on one that does not. In the films, each fiftieth of a second has a
/// brightness of its own, which grows with time. So the brightness of a picture's even and odd lines tells the times of its two fields.
/// </summary>
public sealed class FieldTests
{
    private const int Rise = 4;
    private const int Steps = 40;

    private static readonly Instant s_start = Instant.FromUtc(2026, 3, 29, 0, 0);

    [TearDown]
    public void NothingIsLeft() => Assert.That(MediaBuffer.LiveCount, Is.Zero);

    // The channel's field order, the file's field order, and the file's size: the channel's size, or one that needs scaling.
    [TestCase(Interlacing.TopFieldFirst, "tff", "160x96")]
    [TestCase(Interlacing.TopFieldFirst, "bff", "160x96")]
    [TestCase(Interlacing.BottomFieldFirst, "tff", "160x96")]
    [TestCase(Interlacing.BottomFieldFirst, "bff", "160x96")]
    [TestCase(Interlacing.TopFieldFirst, "tff", "240x192")]
    [TestCase(Interlacing.TopFieldFirst, "bff", "240x192")]
    [TestCase(Interlacing.BottomFieldFirst, "tff", "240x192")]
    public void Fields_are_kept_in_their_order_and_flagged(Interlacing fields, string scan, string size)
    {
        string aired = Air(Interlaced(scan, size), fields, new Rational(25, 1), $"fields-{fields}-{scan}-{size}.ts");
        string order = fields == Interlacing.TopFieldFirst ? "tt" : "bb";
        Assert.That(Tool.OutputOf("ffprobe", $"-v quiet -select_streams v -show_entries stream=field_order -of csv=p=0 {aired}"), Does.StartWith(order));
        string[] flags = Tool.OutputOf("ffprobe", $"-v quiet -select_streams v -show_entries frame=interlaced_frame,top_field_first -of csv=p=0 {aired}").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.That(flags, Has.Length.GreaterThan(10));
        Assert.That(flags.Select(line => line.TrimEnd(',')), Is.All.EqualTo(fields == Interlacing.TopFieldFirst ? "1,1" : "1,0"));
        (double First, double Second)[] times = [.. Whole(aired).Select(picture => Fields(picture, fields))];
        Assert.That(times, Has.Length.GreaterThan(10));
        for (int i = 0; i < times.Length; i++)
        {
            // Coding and scaling change the brightness by up to a quarter of a step.
            Assert.That(times[i].Second - times[i].First, Is.EqualTo(1).Within(0.25), $"fields of picture {i}");
            Assert.That(i == 0 ? 2 : times[i].First - times[i - 1].First, Is.EqualTo(2).Within(0.25), $"pictures {i - 1} and {i}");
        }
    }

    [Test]
    public void Pictures_without_fields_stay_whole_on_a_channel_that_keeps_fields()
    {
        string file = MadeMedia.Make("fields-none.mp4", $"{Film("160x96", 25)} -c:v libx264 -preset veryfast -crf 4 -pix_fmt yuv420p");
        string aired = Air(file, Interlacing.TopFieldFirst, new Rational(25, 1), "fields-none.ts");
        (double First, double Second)[] times = [.. Whole(aired).Select(picture => Fields(picture, Interlacing.TopFieldFirst))];
        Assert.That(times, Has.Length.GreaterThan(10));
        Assert.That(times.Select(time => time.Second - time.First), Is.All.EqualTo(0).Within(0.25));
        Assert.That(times.Zip(times.Skip(1), (a, b) => b.First - a.First), Is.All.EqualTo(1).Within(0.25));
    }

    // Broadcast recordings change between both kinds of picture from item to item. The first half of this file has pictures without fields.
    [TestCase("tff")]
    [TestCase("bff")]
    public void File_that_becomes_interlaced_is_shown_without_combs(string scan)
    {
        string whole = MadeMedia.Make("fields-mixed-1.ts", $"{Film("160x96", 25)} -t 0.6 -c:v mpeg2video -q:v 2 -bf 0 -muxdelay 0");
        string fields = MadeMedia.Make($"fields-mixed-2-{scan}.ts", $"{Film("160x96", 50)}{Weave(scan)} -t 0.7 -output_ts_offset 0.6 -muxdelay 0");
        string file = Path.Combine(MadeMedia.Folder, $"fields-mixed-{scan}.ts");
        File.WriteAllBytes(file, [.. File.ReadAllBytes(whole), .. File.ReadAllBytes(fields)]);
        string aired = Air(file, Interlacing.Progressive, new Rational(25, 1), $"fields-mixed-aired-{scan}.ts");
        (double First, double Second)[] times = [.. Whole(aired).Select(picture => Fields(picture, Interlacing.TopFieldFirst))];
        // A picture without fields is one step after the one before, and a picture of two fields is two steps after it.
        Assert.That(times.Zip(times.Skip(1), (a, b) => Math.Round(b.First - a.First)).Count(step => step == 2), Is.GreaterThan(10), "pictures of two fields");
        Assert.That(times.Select(time => time.Second - time.First), Is.All.EqualTo(0).Within(0.25), "combs");
    }

    private static string Film(string size, int rate) => FormattableString.Invariant(
        $"-f lavfi -i nullsrc=s={size}:r={rate}:d=2 -vf format=yuv420p,geq=lum='40+{Rise}*mod(N\\,{Steps})':cb=128:cr=128");

    private static string Weave(string scan) =>
        $",interlace=scan={scan}:lowpass=0,setfield={scan} -c:v mpeg2video -flags +ilme+ildct -top {(scan == "tff" ? 1 : 0)} -q:v 2 -bf 0";

    private static string Interlaced(string scan, string size) => MadeMedia.Make($"fields-{scan}-{size}.ts", $"{Film(size, 50)}{Weave(scan)}");

    private static string Air(string file, Interlacing fields, Rational rate, string name)
    {
        ChannelProfile profile = ChannelProfile.Transcode(160, 96, rate) with { Interlacing = fields };
        using var channel = new SimulatedChannel(s_start, profile, [(file, Duration.FromSeconds(1.6))]);
        channel.Join();
        channel.Watch(Duration.FromSeconds(1.4));
        channel.Save(name);
        return Path.Combine(MadeMedia.Folder, name);
    }

    /// <summary>Returns the pictures after the beginning and before the film begins again.</summary>
    private static IEnumerable<AiredPicture> Whole(string aired) =>
        AiredPictures.ReadAsync(aired).GetAwaiter().GetResult().Where(picture => Middle(picture) > 39).TakeWhile(picture => Middle(picture) < 40 + (Rise * (Steps - 3)));

    private static double Middle(AiredPicture picture) => picture.At(0.5, 0.5).Y;

    /// <summary>Returns the step of each of a picture's two fields; the first is the field that is shown first.</summary>
    private static (double First, double Second) Fields(AiredPicture picture, Interlacing fields)
    {
        double[] means = [.. Enumerable.Range(0, 2).Select(parity => Enumerable.Range(4, picture.Format.Height - 8).Where(line => line % 2 == parity)
            .Average(line => picture.Planes[0].AsSpan((line * picture.Format.Width) + (picture.Format.Width / 4), picture.Format.Width / 2).ToArray().Average(sample => (double)sample)))];
        double[] steps = [.. means.Select(mean => (mean - 40) / Rise)];
        return fields == Interlacing.TopFieldFirst ? (steps[0], steps[1]) : (steps[1], steps[0]);
    }
}
