using NodaTime;
using RetroVue.Media.FFmpeg.Native;
using RetroVue.Media.Testing;
using RetroVue.Media.Time;
using RetroVue.Runtime.Channels;
using RetroVue.Runtime.Producers;
using RetroVue.Runtime.Schedules;

namespace RetroVue.Runtime.Tests.Channels;

/// <summary>When a channel goes off the air, it keeps the files open that it read last, for ten minutes.</summary>
public sealed class KeptFileTests
{
    private const int Seconds = 12;

    private static readonly Rational s_rate = new(25, 1);
    private static readonly Instant s_start = Instant.FromUtc(2026, 3, 29, 0, 0);
    private static readonly ClockTime s_moment = ClockTime.FromMilliseconds(1);

    private int _handlesBefore;

    [SetUp]
    public void Count() => _handlesBefore = FFmpegHandles.Live;

    [Test]
    public async Task Channel_off_the_air_keeps_its_file_for_ten_minutes([Values] ProfileMode mode)
    {
        using SimulatedChannel channel = await CreateAsync(mode);
        Visit(channel);
        Assert.That(channel.Manager.Kept.Inputs.Count, Is.EqualTo(1));
        channel.Executor.RunFor(KeptFiles.KeepTime - s_moment);
        Assert.That(channel.Manager.Kept.Inputs.Count, Is.EqualTo(1));
        channel.Executor.RunFor(s_moment);
        Assert.That(channel.Manager.Kept.Inputs.Count, Is.Zero);
        Assert.That(FFmpegHandles.Live, Is.EqualTo(_handlesBefore));
    }

    [Test]
    public async Task Channel_on_the_air_keeps_nothing_but_what_it_reads()
    {
        // The viewer leaves eight seconds into an item. The channel has prepared the next item by then, so it keeps two files.
        using SimulatedChannel channel = await CreateAsync(ProfileMode.Copy);
        channel.Join();
        channel.Watch(Duration.FromSeconds(6));
        Assert.That(OpenFiles(), Is.EqualTo(2));
        channel.Leave();
        Assert.That(channel.Manager.Kept.Inputs.Count, Is.EqualTo(2));
        Assert.That(OpenFiles(), Is.EqualTo(2), "off the air");
        channel.Join();
        channel.Watch(Duration.FromSeconds(1));
        Assert.That(channel.Manager.Kept.Inputs.Count, Is.Zero);
        // The channel reads one of the kept files again and has closed the other. It has opened the next item's file anew.
        Assert.That(OpenFiles(), Is.EqualTo(2));
    }

    [Test]
    public async Task Ten_minutes_are_counted_from_the_last_visit()
    {
        using SimulatedChannel channel = await CreateAsync(ProfileMode.Copy);
        for (int i = 0; i < 3; i++)
        {
            Visit(channel);
            channel.Executor.RunFor(ClockTime.FromSeconds(500));
            // There are two kept files if the next item was prepared.
            Assert.That(channel.Manager.Kept.Inputs.Count, Is.Positive);
        }
    }

    [Test]
    public void Visits_that_follow_one_another_at_once_wait_for_no_keeping_to_end()
    {
        var executor = new SimulatedExecutor(ClockTime.FromSeconds(100));
        var kept = new KeptFiles(executor, executor.Clock);
        Task again = Task.CompletedTask;
        executor.RunUntilCompleted(
            async () =>
            {
                await kept.BeginAsync().ConfigureAwait(false);
                again = kept.BeginAsync();
            },
            executor.Clock.Now);
        Assert.That(again.IsCompleted, Is.True, "Going off the air must not wait for the ten minutes of keeping.");
        executor.RunUntilCompleted(() => kept.DisposeAsync().AsTask(), executor.Clock.Now + s_moment);
    }

    [Test]
    public async Task Channel_that_is_disposed_of_closes_what_it_kept([Values] bool onTheAir)
    {
        SimulatedChannel channel = await CreateAsync(ProfileMode.Copy);
        Visit(channel);
        if (onTheAir)
        {
            channel.Join();
        }

        channel.Dispose();
        Assert.That(FFmpegHandles.Live, Is.EqualTo(_handlesBefore));
    }

    [Test]
    public async Task Second_visit_shows_what_a_first_one_would([Values] ProfileMode mode)
    {
        using SimulatedChannel again = await CreateAsync(mode);
        Visit(again);
        again.Forget();
        Visit(again);
        using SimulatedChannel once = await CreateAsync(mode);
        // The first visit to the other channel took this long.
        once.Executor.RunFor(ClockTime.FromMilliseconds(800));
        Visit(once);
        Assert.That(again.Received, Is.EqualTo(once.Received));
    }

    /// <summary>
    /// Returns the number of media files that are open; a file that is open twice counts twice. Another thread may close a file meanwhile,
    /// and then its descriptor has no target.
    /// </summary>
    private static int OpenFiles() => Directory.GetFiles("/proc/self/fd").Count(descriptor =>
        new FileInfo(descriptor).LinkTarget?.StartsWith(MadeMedia.Folder, StringComparison.Ordinal) == true);

    private static async Task<SimulatedChannel> CreateAsync(ProfileMode mode)
    {
        string file = await TestFiles.MakeAsync(s_rate, Seconds * 25);
        ChannelProfile profile = mode == ProfileMode.Copy ? ChannelProfile.Copy : ChannelProfile.Transcode(320, 180, s_rate);
        var channel = new SimulatedChannel(
            s_start, profile, [(file, Duration.FromSeconds(Seconds))], new ChannelOptions { Linger = ClockTime.Zero });
        channel.Executor.RunFor(ClockTime.FromSeconds(2));
        return channel;
    }

    private static void Visit(SimulatedChannel channel)
    {
        channel.Join();
        channel.Watch(Duration.FromMilliseconds(800));
        channel.Leave();
    }
}
