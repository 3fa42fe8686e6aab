using System.Runtime.InteropServices;
using NodaTime;
using RetroVue.Media.FFmpeg.Containers;
using RetroVue.Media.Memory;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using RetroVue.Runtime.Channels;
using RetroVue.Runtime.Producers;
using RetroVue.Runtime.Schedules;

namespace RetroVue.Runtime.Tests.Channels;

/// <summary>Viewers who come and go leave nothing behind, whatever is on the air.</summary>
public sealed class LeakTests
{
    private const int Seconds = 12;

    private static readonly Rational s_rate = new(25, 1);
    private static readonly Instant s_start = Instant.FromUtc(2026, 3, 29, 0, 0);

    private static readonly string[] s_kinds = ["good", "truncated", "shrinking", .. BadFiles.Unplayable];

    [Test]
    public Task Hundred_visits_to_a_copied_channel_leave_nothing([ValueSource(nameof(s_kinds))] string kind) => Visit(ProfileMode.Copy, kind, 20, 100);

    [Test]
    public Task Hundred_visits_to_a_transcoded_channel_leave_nothing([Values("good", "truncated", "shrinking", "garbage")] string kind) =>
        Visit(ProfileMode.Transcode, kind, 20, 100);

    [Test]
    [Category("Soak")]
    public Task Thousand_visits_leave_nothing([Values] ProfileMode mode, [ValueSource(nameof(s_kinds))] string kind) => Visit(mode, kind, 100, 1000);

    [Test]
    public void Thousand_bad_schedules_leave_nothing()
    {
        string[] bad = ["", "{", "[]", """{"channels": [{"shortName": "one"}]}""", """{"channels": 7}"""];
        int next = 0;
        IReadOnlyList<string> grown = Measure(100, 1000, () => Assert.That(
            () => ScheduleFile.Parse(System.Text.Encoding.UTF8.GetBytes(bad[next++ % bad.Length]), "bad.json", "/nowhere"),
            Throws.TypeOf<ScheduleException>()), () => { });
        Assert.That(grown, Is.Empty);
    }

    [Test]
    public async Task One_leak_a_visit_is_found([Values("file", "thread", "handle", "buffer", "memory", "native")] string kind)
    {
        string good = await TestFiles.MakeAsync(s_rate, Seconds * 25);
        using var end = new ManualResetEventSlim();
        List<IDisposable> leaked = [];
        List<object> kept = [];
        try
        {
            IReadOnlyList<string> grown = Measure(await CreateAsync(ProfileMode.Copy, "good"), 100, 1000, Leak);
            string found = kind switch
            {
                "file" => "open files",
                "thread" => "threads",
                "handle" => "objects of FFmpeg",
                "buffer" => "buffers",
                "native" => "bytes of native memory",
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
                case "native":
                    // The memory is freed when the process ends.
                    Marshal.AllocHGlobal(1100);
                    break;
                default:
                    // The measurement allows one megabyte over a thousand repetitions. This is a little more than that.
                    kept.Add(new byte[1100]);
                    break;
            }
        }
    }

    private static async Task Visit(ProfileMode mode, string kind, int warmUp, int count)
    {
        string good = await TestFiles.MakeAsync(s_rate, Seconds * 25);
        SimulatedChannel channel = await CreateAsync(mode, kind);
        IReadOnlyList<string> grown = kind == "shrinking"
            ? Measure(channel, warmUp, count, () => MakeWhole(good, mode), () => BadFiles.CutInHalf(ShrinkingPath(mode)))
            : Measure(channel, warmUp, count, () => { });
        Assert.That(grown, Is.Empty);
    }

    private static async Task<SimulatedChannel> CreateAsync(ProfileMode mode, string kind)
    {
        string good = await TestFiles.MakeAsync(s_rate, Seconds * 25);
        (string, Duration)[] items = kind switch
        {
            "good" => [(good, Duration.FromSeconds(Seconds))],
            "shrinking" => [(MakeWhole(good, mode), Duration.FromSeconds(Seconds))],
            "truncated" => [(BadFiles.Truncated(good), Duration.FromSeconds(Seconds))],
            _ => [(good, Duration.FromSeconds(Seconds)), (BadFiles.Make(kind, good), Duration.FromHours(2))],
        };
        ChannelProfile profile = mode == ProfileMode.Copy ? ChannelProfile.Copy : ChannelProfile.Transcode(320, 180, s_rate);
        var channel = new SimulatedChannel(s_start, profile, items, new ChannelOptions { Linger = ClockTime.Zero });
        channel.Executor.RunFor(ClockTime.FromSeconds(Seconds + 1));
        return channel;
    }

    private static string ShrinkingPath(ProfileMode mode) => Path.Combine(MadeMedia.Folder, $"leaks-shrinking-{mode}.mp4");

    /// <summary>Makes a whole file, which the test cuts while it plays.</summary>
    private static string MakeWhole(string good, ProfileMode mode)
    {
        string path = ShrinkingPath(mode);
        File.Copy(BadFiles.FastStart(good), path, overwrite: true);
        return path;
    }

    /// <summary>
    /// Joins, watches for 0.2 s and leaves, again and again. Returns the resources of which there are more after the visits than after the
    /// warm-up.
    /// </summary>
    private static IReadOnlyList<string> Measure(SimulatedChannel channel, int warmUp, int count, Action after, Action? meanwhile = null)
    {
        IReadOnlyList<string> grown = Measure(warmUp, count, () =>
        {
            channel.Join();
            meanwhile?.Invoke();
            channel.Watch(Duration.FromMilliseconds(200));
            channel.Leave();
            Assert.That(channel.Manager.Output, Is.Null);
            channel.Forget();
            after();
        }, () => channel.Executor.RunFor(KeptFiles.KeepTime));
        channel.Dispose();
        return grown;
    }

    /// <summary>
    /// Returns the resources of which there are more after the visits than after the warm-up. <paramref name="settle"/> runs before each
    /// measurement; it closes the files that a channel keeps open.
    /// </summary>
    private static IReadOnlyList<string> Measure(int warmUp, int count, Action visit, Action settle)
    {
        Repeat(warmUp);
        Footprint before = Footprint.Take();
        Repeat(count);
        return Footprint.Take().GrownSince(before);

        void Repeat(int times)
        {
            for (int i = 0; i < times; i++)
            {
                visit();
            }

            settle();
        }
    }
}
