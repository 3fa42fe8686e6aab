using NodaTime;
using RetroVue.Media.Clocks;
using RetroVue.Media.FFmpeg.Native;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using RetroVue.Runtime.Channels;
using RetroVue.Runtime.Output;
using RetroVue.Runtime.Producers;
using RetroVue.Runtime.Schedules;
using RetroVue.Runtime.Time;
using Duration = NodaTime.Duration;
using SystemClock = RetroVue.Media.Clocks.SystemClock;

namespace RetroVue.Runtime.Tests.Channels;

/// <summary>A station in real time. The kernel lets the reads of one of its files really hang.</summary>
[Category("Slow")]
public sealed class HungDiskTests
{
    private static readonly Rational s_rate = new(25, 1);

    /// <summary>Reads that hung end in the background. They must be over before the next test counts what is open.</summary>
    [TearDown]
    public async Task NothingIsLeftAsync() => await Until.TrueAsync(() => FFmpegHandles.Live == 0, "Objects of FFmpeg are left open.");

    [TestCase(ProfileMode.Copy)]
    [TestCase(ProfileMode.Transcode)]
    public async Task File_that_hangs_while_it_airs_is_a_slate_comes_back_and_costs_no_other_channel_anything(ProfileMode mode)
    {
        string good = await TestFiles.MakeAsync(s_rate, 60 * 25);
        string hanging = Copy(good, $"hanging-{mode}.mp4");
        using var disk = new HungFile(hanging);
        using var log = new RecordedLog();
        await using (Station station = Make(log, ("hung", mode, hanging), ("copy", ProfileMode.Copy, good), ("other", ProfileMode.Copy, good)))
        {
            ChannelManager hung = station.Channels[0];
            await using var viewers = await Viewers.JoinAsync(station);
            await WaitAsync(3000);
            viewers.Forget();
            disk.Hang();
            await Until.TrueAsync(() => hung.ProducerHealth == ProducerHealth.Degraded, "The hung file does not become a slate.");
            Assert.That(hung.HealthReason, Does.Contain(hanging));
            await WaitAsync(7000);
            Assert.That(disk.Count, Is.GreaterThan(0), "Nothing hangs.");
            Assert.That(hung.ProducerHealth, Is.EqualTo(ProducerHealth.Degraded));
            string gaps = viewers.LongestGaps();
            await TestContext.Out.WriteLineAsync($"Longest gaps between bytes while it hung: {gaps}.");
            Assert.That(station.Channels.Skip(1).Select(channel => channel.Output!.LatePackets), Is.All.Zero, gaps);
            Assert.That(station.Channels.Skip(1).Select(channel => channel.ProducerHealth), Is.All.EqualTo(ProducerHealth.Running));
            disk.GoOn();
            await Until.TrueAsync(() => hung.ProducerHealth == ProducerHealth.Running, "The file does not come back.");
            Assert.That(log.Lines.Where(line => line.Contains(hanging)), Is.Not.Empty.And.All.StartsWith("1113"));
        }

        await Until.TrueAsync(() => MediaBuffer.LiveCount == 0, "Buffers are left.");
    }

    [Test]
    public async Task File_that_hangs_as_it_is_opened_is_a_slate_and_the_station_shuts_down_within_its_limit()
    {
        string good = await TestFiles.MakeAsync(s_rate, 60 * 25);
        string hanging = Copy(good, "hanging-open.mp4");
        using var disk = new HungFile(hanging);
        using var log = new RecordedLog();
        Station station = Make(log, ("hung", ProfileMode.Copy, hanging), ("copy", ProfileMode.Copy, good));
        disk.Hang();
        ClockTime began = SystemClock.Instance.Now;
        for (int visit = 0; visit < 3; visit++)
        {
            ViewerSession session = await station.Channels[0].JoinAsync(new JoinRequest("visitor"));
            Assert.That(station.Channels[0].ProducerHealth, Is.EqualTo(ProducerHealth.Degraded));
            Assert.That(station.Channels[0].HealthReason, Does.Contain(hanging));
            await session.DisposeAsync();
        }

        // Only the first visit waits for the file.
        Assert.That(SystemClock.Instance.Now - began, Is.LessThan(ClockTime.FromSeconds(10)));
        await station.Channels[0].JoinAsync(new JoinRequest("visitor"));
        Assert.That(disk.Count, Is.EqualTo(1), "One opening hangs, however many viewers there were.");
        ClockTime stopping = SystemClock.Instance.Now;
        await station.DisposeAsync();
        Assert.That(SystemClock.Instance.Now - stopping, Is.LessThan(ClockTime.FromSeconds(8)));
        disk.GoOn();
        await Until.TrueAsync(() => MediaBuffer.LiveCount == 0 && disk.Count == 0, "Something is left.");
    }

    [Test]
    public async Task Station_starts_although_a_file_that_it_looks_at_hangs_and_says_so()
    {
        string good = await TestFiles.MakeAsync(s_rate, 60 * 25);
        string hanging = Copy(good, "hanging-at-load.mp4");
        using var disk = new HungFile(hanging);
        using var log = new RecordedLog();
        disk.Hang();
        ClockTime began = SystemClock.Instance.Now;
        await using Station station = Make(log, ("hung", ProfileMode.Copy, hanging), ("transcoded", ProfileMode.Transcode, good), ("copy", ProfileMode.Copy, good));
        // The file is given up after five seconds without an answer. The loader looks for that once a second.
        Assert.That(SystemClock.Instance.Now - began, Is.LessThan(ClockTime.FromSeconds(9)));
        Assert.That(log.Lines, Has.Count.EqualTo(1).And.Exactly(1).Contains(hanging));
        ViewerSession slate = await station.Channels[0].JoinAsync(new JoinRequest("visitor"));
        Assert.That(station.Channels[0].ProducerHealth, Is.EqualTo(ProducerHealth.Degraded));
        Assert.That(station.Channels[0].HealthReason, Does.Contain(hanging));
        await slate.DisposeAsync();
        ViewerSession session = await station.Channels[2].JoinAsync(new JoinRequest("visitor"));
        Assert.That(station.Channels[2].ProducerHealth, Is.EqualTo(ProducerHealth.Running));
        await session.DisposeAsync();
        disk.GoOn();
    }

    private static string Copy(string good, string name)
    {
        string path = Path.Combine(MadeMedia.Folder, name);
        File.Copy(good, path, overwrite: true);
        return path;
    }

    private static Station Make(RecordedLog log, params (string Name, ProfileMode Mode, string File)[] channels)
    {
        var clock = MasterClock.FromSystem();
        ChannelSchedule[] schedules = [.. channels.Select(channel => new ChannelSchedule(
            new Channel(
                ChannelId.FromShortName(channel.Name),
                channel.Name,
                channel.Name,
                DateTimeZone.Utc,
                channel.Mode == ProfileMode.Copy ? ChannelProfile.Copy : ChannelProfile.Transcode(320, 180, s_rate)),
            new Programme(
                clock.UtcNow,
                null,
                true,
                [ScheduleItem.Programme(channel.File, channel.Name, Duration.FromSeconds(60))],
                [])))];
        var loader = new StationLoader(clock, new ThreadedExecutor(name: "disk"), new ChannelOptions { Linger = ClockTime.Zero }, log);
        return loader.LoadAsync(schedules).GetAwaiter().GetResult();
    }

    private static Task WaitAsync(long milliseconds) =>
        ThreadedExecutor.Default.WaitUntilAsync(SystemClock.Instance, SystemClock.Instance.Now + ClockTime.FromMilliseconds(milliseconds));

    /// <summary>One viewer of each channel, with the longest time between two chunks that it received.</summary>
    private sealed class Viewers : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly List<(string Name, ClockTime[] Longest)> _gaps = [];
        private readonly List<Task> _reading = [];
        private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public static async Task<Viewers> JoinAsync(Station station)
        {
            var viewers = new Viewers();
            foreach (ChannelManager channel in station.Channels)
            {
                ViewerSession session = await channel.JoinAsync(new JoinRequest("viewer"));
                var longest = new[] { ClockTime.Zero };
                viewers._gaps.Add((channel.Channel.ShortName, longest));
                viewers._reading.Add(Task.Run(() => viewers.ReadAsync(session, longest)));
            }

            return viewers;
        }

        public void Forget() => _gaps.ForEach(gap => gap.Longest[0] = ClockTime.Zero);

        public string LongestGaps() => string.Join(", ", _gaps.Select(gap => $"{gap.Name} {gap.Longest[0]}"));

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            _stopped.SetResult();
            await Task.WhenAll(_reading);
            _stop.Dispose();
        }

        private async Task ReadAsync(ViewerSession session, ClockTime[] longest)
        {
            ChunkReader reader = session.Output.Stream.Read();
            ClockTime last = SystemClock.Instance.Now;
            while (!_stop.IsCancellationRequested)
            {
                switch (reader.TryRead(out MediaBuffer? chunk))
                {
                    case ChunkReadState.Chunk:
                        chunk!.Release();
                        ClockTime now = SystemClock.Instance.Now;
                        longest[0] = ClockTime.Max(longest[0], now - last);
                        last = now;
                        break;
                    case ChunkReadState.Empty:
                        await Task.WhenAny(reader.News, _stopped.Task);
                        break;
                    default:
                        reader.Dispose();
                        reader = session.Output.Stream.Read();
                        break;
                }
            }

            reader.Dispose();
        }
    }
}
