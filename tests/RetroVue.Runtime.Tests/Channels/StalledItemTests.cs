using NodaTime;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using RetroVue.Runtime.Channels;
using RetroVue.Runtime.Producers;
using RetroVue.Runtime.Schedules;

namespace RetroVue.Runtime.Tests.Channels;

/// <summary>Files whose reads stop while they are on the air, as on a disk that does not answer.</summary>
public sealed class StalledItemTests
{
    private static readonly Rational s_rate = new(25, 1);
    private static readonly Instant s_start = Instant.FromUtc(2026, 3, 29, 0, 0);

    [TearDown]
    public void NothingIsLeft() => Assert.That(MediaBuffer.LiveCount, Is.Zero);

    [Test]
    public async Task Stalled_item_is_a_slate_within_two_seconds_and_comes_back_where_it_should_be([Values] ProfileMode mode)
    {
        string file = await TestFiles.MakeAsync(s_rate, 40 * 25);
        using var log = new RecordedLog();
        var aired = new NumberedChannel(s_start, mode, [(file, 40), (file, 40)], log);
        using var measured = new Measurements(aired.Channel.Meters);
        aired.Hang(from: 6, until: 14);
        aired.Watch(join: 1, until: 10);
        Assert.That(aired.Channel.Manager.ProducerHealth, Is.EqualTo(ProducerHealth.Degraded));
        Assert.That(aired.Channel.Manager.HealthReason, Does.Contain(file).And.Contain("disk"));
        aired.Watch(until: 46);
        Assert.That(aired.Channel.Manager.ProducerHealth, Is.EqualTo(ProducerHealth.Running));
        Assert.That(aired.Channel.Manager.HealthReason, Is.Null);
        await aired.EndAsync();
        // The channel had taken and read ahead some media before the stall: 800 ms in a copied channel, 1300 ms in a transcoded one. These
        // are still shown.
        aired.AssertNumbers(1, 6, 0);
        aired.AssertSlate(mode == ProfileMode.Copy ? 8.8 : 9.3, 14);
        // The channel tries the file again every one to four seconds, three seconds ahead. A copied channel then begins at the next key
        // frame.
        aired.AssertNumbers(24, 40, 0);
        aired.AssertNumbers(40, 45, 40);
        aired.AssertGrid(mode == ProfileMode.Copy ? 2.1 : 0);
        Assert.That(log.Lines, Has.Exactly(1).Contains(file), "One line names the file.");
        Assert.That(measured.Sum("retrovue.channel.slates", "channel=test reason=stalled"), Is.EqualTo(1));
    }

    [Test]
    public async Task Transcoded_picture_stands_no_longer_than_two_seconds_at_any_rate([Values(1, 2, 5, 10, 15, 60)] int rate)
    {
        string file = await TestFiles.MakeAsync(new Rational(rate, 1), 60 * rate);
        using var log = new RecordedLog();
        var aired = new NumberedChannel(s_start, ProfileMode.Transcode, [(file, 60)], log, rate: rate);
        aired.Hang(from: 15, until: 40);
        aired.Watch(join: 1, until: 40);
        await aired.EndAsync();
        double stopped = aired.LastNumbered(40);
        // The reads hang some time before the picture stops: the media that was taken and read ahead is still shown.
        Assert.That(stopped, Is.GreaterThan(15), $"{aired}");
        aired.AssertSlate(stopped + 2.001, 40);
        Assert.That(log.Lines, Has.Exactly(1).Contains(file), "One line names the file.");
    }

    [Test]
    public async Task Pictures_far_apart_are_no_stall([Values] ProfileMode mode, [Values(1, 10)] int apart, [Values] bool hasSound)
    {
        string file = SlideShow(apart, hasSound);
        using var log = new RecordedLog();
        var aired = new NumberedChannel(s_start, mode, [(file, 60)], log, rate: 10);
        aired.Watch(join: 1, until: 45);
        Assert.That(aired.Channel.Manager.ProducerHealth, Is.EqualTo(ProducerHealth.Running));
        aired.Channel.Dispose();
        Assert.That(log.Lines, Is.Empty);
    }

    [Test]
    public async Task Item_that_stalls_to_its_end_and_beyond_costs_the_next_one_nothing([Values] ProfileMode mode)
    {
        string file = await TestFiles.MakeAsync(s_rate, 12 * 25);
        string other = await TestFiles.MakeAsync(s_rate, 13 * 25);
        using var log = new RecordedLog();
        var aired = new NumberedChannel(s_start, mode, [(file, 12), (other, 12)], log);
        aired.Hang(from: 3, until: 17, first: true);
        aired.Watch(join: 1, until: 22);
        await aired.EndAsync();
        aired.AssertSlate(6.3, 12);
        aired.AssertNumbers(12, 21, 12);
    }

    [Test]
    public async Task Stall_shorter_than_what_is_read_ahead_is_not_seen([Values] ProfileMode mode)
    {
        string file = await TestFiles.MakeAsync(s_rate, 12 * 25);
        using var log = new RecordedLog();
        var aired = new NumberedChannel(s_start, mode, [(file, 12)], log);
        aired.Hang(from: 5, until: 5.16);
        aired.Watch(join: 1, until: 10);
        await aired.EndAsync();
        aired.AssertNumbers(1, 9, 0);
        Assert.That(log.Lines, Is.Empty);
    }

    [Test]
    public async Task Machine_that_has_too_much_to_do_is_no_stall_of_a_file([Values] ProfileMode mode, [Values(6, 0.5)] double from)
    {
        string file = await TestFiles.MakeAsync(s_rate, 40 * 25);
        using var log = new RecordedLog();
        var aired = new NumberedChannel(s_start, mode, [(file, 40)], log);
        aired.Starve(from, until: 12);
        for (int second = 2; second <= 20; second++)
        {
            aired.Watch(join: 1, until: second);
            Assert.That((aired.Channel.Manager.ProducerHealth, aired.Channel.Manager.HealthReason), Is.EqualTo((ProducerHealth.Running, default(string))));
        }

        await aired.EndAsync();
        Assert.That(log.Lines, Has.None.Contains(file));
        aired.AssertNumbers(15, 20, 0);
    }

    [Test]
    public async Task Item_of_hours_that_breaks_early_is_a_slate_at_once([Values] ProfileMode mode)
    {
        string good = await TestFiles.MakeAsync(s_rate, 12 * 25);
        using var log = new RecordedLog();
        var aired = new NumberedChannel(s_start, mode, [(BadFiles.Truncated(good), 5 * 3600), (good, 12)], log);
        aired.Watch(join: 1, until: 15);
        Assert.That(aired.Channel.Manager.ProducerHealth, Is.EqualTo(ProducerHealth.Degraded));
        await aired.EndAsync();
        aired.AssertSlate(9, 14);
    }

    [Test]
    public async Task Channel_that_fails_keeps_its_viewers_says_why_and_starts_again_with_the_next([Values] bool byJoining)
    {
        string file = await TestFiles.MakeAsync(s_rate, 40 * 25);
        using var log = new RecordedLog();
        var aired = new NumberedChannel(s_start, ProfileMode.Copy, [(file, 40)], log, isHls: true, options: new ChannelOptions { RecoveryAttempts = 0 });
        aired.Watch(join: 1, until: 5);
        ChannelManager manager = aired.Channel.Manager;
        ViewerSession kept = aired.Channel.Session!;
        aired.Channel.Do(() => manager.Output!.Failed!(new InvalidOperationException("The encoder is out of paper.")));
        aired.Channel.Executor.RunFor(ClockTime.FromMilliseconds(100));
        Assert.That((manager.ViewerCount, manager.ProducerState, manager.ProducerHealth), Is.EqualTo((1, ProducerState.Error, ProducerHealth.Failed)));
        Assert.That(manager.HealthReason, Is.EqualTo("The encoder is out of paper."));
        Assert.That(log.Lines, Has.Exactly(1).Contains("1105").And.Exactly(1).Contains("out of paper"));
        if (byJoining)
        {
            aired.Channel.Join();
            Assert.That(manager.ViewerCount, Is.EqualTo(2));
        }
        else
        {
            aired.Channel.Complete(manager.ResumeAsync(manager.Touch(kept.Id)!));
        }

        Assert.That((manager.ProducerState, manager.ProducerHealth, manager.HealthReason), Is.EqualTo((ProducerState.Running, ProducerHealth.Running, default(string))));
        Assert.That(kept.Output, Is.SameAs(manager.Output));
        aired.Channel.Dispose();
        await Task.CompletedTask;
    }

    [Test]
    public async Task Viewers_of_a_failed_channel_who_fall_silent_are_not_kept_for_ever()
    {
        string file = await TestFiles.MakeAsync(s_rate, 40 * 25);
        using var log = new RecordedLog();
        var aired = new NumberedChannel(s_start, ProfileMode.Copy, [(file, 40)], log, isHls: true, options: new ChannelOptions { RecoveryAttempts = 0 });
        aired.Watch(join: 1, until: 5);
        ChannelManager manager = aired.Channel.Manager;
        aired.Channel.Do(() => manager.Output!.Failed!(new InvalidOperationException("The encoder is out of paper.")));
        aired.Channel.Executor.RunFor(ClockTime.FromSeconds(20));
        Assert.That((manager.ViewerCount, manager.ProducerHealth), Is.EqualTo((0, ProducerHealth.Failed)));
        aired.Channel.Dispose();
    }

    private static string SlideShow(int secondsApart, bool hasSound)
    {
        string sound = hasSound ? "-f lavfi -i sine=r=48000" : "";
        return MadeMedia.Make(
            $"slides-{secondsApart}-{hasSound}.mp4",
            $"-f lavfi -i testsrc=r=1/{secondsApart}:s=320x180 {sound} -t 60 -c:v libx264 -g 1 -pix_fmt yuv420p -c:a aac");
    }
}
