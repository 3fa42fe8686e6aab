using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.Tests.Elements.Hls;

/// <summary>
/// For any media, every version of a playlist and every segment keep the rules. A player never waits, whenever it begins.
/// </summary>
public sealed class HlsRulesTests
{
    private static readonly ClockTime s_frame = ClockTime.FromMilliseconds(40);

    private static ClockTime Seconds(double seconds) => ClockTime.FromNanoseconds((long)(seconds * 1e9));

    private static HlsCase Whole(int count, double duration, double pictures, double sound, double keyFrames, int target = 4, int reorder = 2)
    {
        var items = new ScriptedItems();
        for (int i = 0; i < count; i++)
        {
            items.Add(
                Seconds(duration), s_frame, () => Seconds(keyFrames), (ClockTime.Zero, Seconds(pictures)), (ClockTime.Zero, Seconds(sound)), reorder);
        }

        return new HlsCase(items.ToList(), target);
    }

    [Test]
    public void Key_frames_384_apart_are_a_segment_each()
    {
        using HlsCase channel = Whole(6, 20, 20, 20, 3.84);
        channel.Start(Seconds(30), Seconds(16));
        channel.Join();
        channel.RunTo(Seconds(110));
        Assert.That(channel.Rules.Gaps, Is.Zero);
        Assert.That(channel.Rules.Last, Is.Not.Empty);
        Assert.That(channel.Rules.Last.Select(segment => segment.Duration.TotalSeconds), Is.All.EqualTo(3.84).Within(1e-6).Or.EqualTo(0.8).Within(1e-6));
    }

    [Test]
    public void Sound_longer_than_the_pictures_is_cut_where_they_end()
    {
        using HlsCase channel = Whole(20, 7.4, 5, 7.4, 2.0);
        channel.Start(Seconds(40), Seconds(16));
        channel.Join();
        channel.RunTo(Seconds(120));
        Assert.That(channel.Rules.Gaps, Is.Zero, "there is sound throughout");
    }

    [Test]
    public void Time_without_anything_is_a_gap_and_playlists_go_on()
    {
        using HlsCase channel = Whole(8, 30, 19, 19, 2.0);
        channel.Start(Seconds(16), Seconds(16));
        channel.Join();
        channel.RunTo(Seconds(200));
        // In each item nothing comes for 11 s: gaps of four, four and three seconds. The run has about six items.
        Assert.That(channel.Rules.Gaps, Is.EqualTo(18).Within(3));
    }

    [Test]
    public void Group_longer_than_the_target_duration_is_cut_and_the_rest_a_gap()
    {
        using HlsCase channel = Whole(6, 20, 20, 20, 9.0);
        channel.Rules = new HlsRules(HlsCase.Epoch, channel.Read) { MayHavePicturesInGaps = true };
        channel.Start(Seconds(20), Seconds(16));
        channel.RunTo(Seconds(100));
        Assert.That(channel.Rules.Gaps, Is.GreaterThan(4));
    }

    [Test]
    public void Run_that_begins_where_another_is_on_the_air_waits_until_a_player_has_enough()
    {
        using HlsCase channel = Whole(6, 20, 20, 20, 2.0);
        channel.Start(Seconds(30), ClockTime.Zero);
        Assert.That(channel.Segmenter.Playlist, Is.Null);
        channel.RunTo(Seconds(43));
        Assert.That(channel.Rules.Last, Is.Not.Empty);
        channel.Join();
        channel.RunTo(Seconds(100));
    }

    [Test]
    public void Whatever_comes_the_rules_are_kept() => RandomCases.Run(40, CheckOne);

    [Test]
    [Category("Soak")]
    public void Whatever_comes_the_rules_are_kept_ten_thousand_times() => RandomCases.Run(10_000, CheckOne);

    private static void CheckOne(Random random)
    {
        int target = random.Next(2) == 0 ? 2 : 4;
        var items = new ScriptedItems();
        bool hasSound = random.Next(8) > 0, hasPictures = !hasSound || random.Next(8) > 0;
        while (items.End < Seconds(90))
        {
            AddItem(items, random, target, hasPictures, hasSound);
        }

        using var channel = new HlsCase(items.ToList(), target);
        // Pictures may be shown up to half a second after they are decoded. They are sent ahead of the sound by that time.
        channel.Rules = new HlsRules(HlsCase.Epoch, channel.Read) { MostWait = TimeSpan.FromSeconds(target + 0.5), MostHole = TimeSpan.FromSeconds(0.95) };
        ClockTime now = Seconds(20 + (10 * random.NextDouble()));
        for (int run = 0; run < 2; run++)
        {
            channel.Start(now, random.Next(3) == 0 ? ClockTime.Zero : Seconds(4 * target));
            for (int viewer = 0; viewer < 3; viewer++)
            {
                channel.Join();
                now += Seconds(8 + (4 * random.NextDouble()));
                channel.RunTo(now);
            }

            now += Seconds(3 * random.NextDouble());
        }
    }

    private static void AddItem(ScriptedItems items, Random random, int target, bool hasPictures, bool hasSound)
    {
        double duration = 1.5 + (19 * random.NextDouble());
        double[] steps = [1 / 60.0, 0.02, 1001 / 30_000.0, 0.04, 0.1, 0.25];
        double step = steps[random.Next(steps.Length)];
        double most = target;
        int kind = random.Next(3);
        Func<ClockTime> keyFrames = kind == 0
            ? () => Seconds(0.2 + ((most - 0.2) * random.NextDouble()))
            : () => Seconds(kind == 1 ? most * 0.96 : Math.Min(most, 1));
        // Pictures may begin late, as if an item is entered in the middle of a group. Pictures and sound may end early. Sometimes both are
        // missing.
        double begin = random.Next(4) == 0 ? Math.Min(duration - 1.2, most * random.NextDouble()) : 0;
        // Media of less than a second between two holes counts as a part of the hole.
        double pictureEnd = random.Next(3) == 0 ? Math.Min(duration, begin + 1 + ((duration - begin) * random.NextDouble())) : duration;
        double soundEnd = random.Next(3) == 0 ? Math.Min(duration, 1 + (duration * random.NextDouble())) : duration;
        bool isMissing = random.Next(10) == 0;
        items.Add(
            Seconds(duration),
            Seconds(step),
            keyFrames,
            hasPictures && !isMissing ? (Seconds(begin), Seconds(pictureEnd)) : default,
            hasSound && !isMissing ? (ClockTime.Zero, Seconds(soundEnd)) : default,
            random.Next(3));
    }
}
