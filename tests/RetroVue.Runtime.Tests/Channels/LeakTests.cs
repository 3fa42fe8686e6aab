using NodaTime;
using RetroVue.Media.FFmpeg.Containers;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using RetroVue.Runtime.Channels;
using RetroVue.Runtime.Producers;
using RetroVue.Runtime.Schedules;

namespace RetroVue.Runtime.Tests.Channels;

/// <summary>Viewers who come and go, whatever is on the air, leave nothing behind.</summary>
public sealed class LeakTests
{
    private const int Seconds = 12;

    private static readonly Rational s_rate = new(25, 1);
    private static readonly Instant s_start = Instant.FromUtc(2026, 3, 29, 0, 0);

    private static readonly string[] s_kinds = ["good", "truncated", .. BadFiles.Unplayable];

    [Test]
    public Task Hundred_visits_to_a_copied_channel_leave_nothing([ValueSource(nameof(s_kinds))] string kind) => Visit(ProfileMode.Copy, kind, 20, 100);

    [Test]
    public Task Hundred_visits_to_a_transcoded_channel_leave_nothing([Values("good", "truncated", "garbage")] string kind) =>
        Visit(ProfileMode.Transcode, kind, 20, 100);

    [Test]
    [Category("Soak")]
    public Task Thousand_visits_leave_nothing([Values] ProfileMode mode, [ValueSource(nameof(s_kinds))] string kind) => Visit(mode, kind, 100, 1000);

    [Test]
    public async Task One_leak_a_visit_is_found([Values("file", "thread", "handle", "buffer", "memory")] string kind)
    {
        string good = await TestFiles.MakeAsync(s_rate, Seconds * 25);
        using var end = new ManualResetEventSlim();
        List<IDisposable> leaked = [];
        List<object> kept = [];
        try
        {
            IReadOnlyList<string> grown = Measure(await CreateAsync(ProfileMode.Copy, "good"), 5, 100, Leak);
            string found = kind switch
            {
                "file" => "open files",
                "thread" => "threads",
                "handle" => "objects of FFmpeg",
                "buffer" => "buffers",
                _ => "bytes of heap",
            };
            Assert.That(grown, Has.Some.StartsWith(found));
        }
        finally
        {
            leaked.ForEach(one => one.Dispose());
            kept.OfType<MediaBuffer>().ToList().ForEach(buffer => buffer.Release());
            end.Set();
            kept.OfType<Thread>().ToList().ForEach(thread => thread.Join());
        }

        void Leak()
        {
            switch (kind)
            {
                case "file":
                    leaked.Add(File.OpenRead(good));
                    break;
                case "thread":
                    var thread = new Thread(end.Wait) { IsBackground = true };
                    thread.Start();
                    kept.Add(thread);
                    break;
                case "handle":
                    var demuxer = new FileDemuxer("leaked", good);
                    leaked.Add(demuxer);
                    demuxer.Open();
                    break;
                case "buffer":
                    kept.Add(MediaBuffer.Create(HeapMemory.Create([(16, 16)])));
                    break;
                default:
                    // The least that a thousand repetitions must be told by is about 1 kB each; with a hundred it is ten times that.
                    kept.Add(new byte[11_000]);
                    break;
            }
        }
    }

    private static async Task Visit(ProfileMode mode, string kind, int warmUp, int count)
    {
        IReadOnlyList<string> grown = Measure(await CreateAsync(mode, kind), warmUp, count, () => { });
        Assert.That(grown, Is.Empty);
    }

    private static async Task<SimulatedChannel> CreateAsync(ProfileMode mode, string kind)
    {
        string good = await TestFiles.MakeAsync(s_rate, Seconds * 25);
        (string, Duration)[] items = kind switch
        {
            "good" => [(good, Duration.FromSeconds(Seconds))],
            "truncated" => [(BadFiles.Truncated(good), Duration.FromSeconds(Seconds))],
            _ => [(good, Duration.FromSeconds(Seconds)), (BadFiles.Make(kind, good), Duration.FromHours(2))],
        };
        ChannelProfile profile = mode == ProfileMode.Copy ? ChannelProfile.Copy : ChannelProfile.Transcode(320, 180, s_rate);
        var channel = new SimulatedChannel(s_start, profile, items, new ChannelOptions { Linger = ClockTime.Zero });
        channel.Executor.RunFor(ClockTime.FromSeconds(Seconds + 1));
        return channel;
    }

    /// <summary>Joins, watches for 0.2 s and leaves, again and again; what is more after the visits than after the warm-up.</summary>
    private static IReadOnlyList<string> Measure(SimulatedChannel channel, int warmUp, int count, Action also)
    {
        Repeat(warmUp);
        Footprint before = Footprint.Take();
        Repeat(count);
        Footprint after = Footprint.Take();
        channel.Dispose();
        return after.GrownSince(before);

        void Repeat(int times)
        {
            for (int i = 0; i < times; i++)
            {
                channel.Join();
                channel.Watch(Duration.FromMilliseconds(200));
                channel.Leave();
                Assert.That(channel.Manager.Output, Is.Null);
                channel.Forget();
                also();
            }

            // Until the files that the channel keeps open off the air are closed.
            channel.Executor.RunFor(KeptFiles.KeepTime);
        }
    }
}
