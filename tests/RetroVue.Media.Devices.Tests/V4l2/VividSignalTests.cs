using System.Threading.Channels;
using RetroVue.Media.Blocking;
using RetroVue.Media.Devices.V4l2;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.Devices.Tests.V4l2;

/// <summary>
/// Captures from vivid's HDMI input. The tests change its signal, remove it and bring it back; in a virtual machine that has vivid.
/// </summary>
[Category("DeviceVm")]
public sealed class VividSignalTests : VividFixture
{
    private const int Hdmi = 3;

    // Values of vivid's menus: the modes of the signal, and two of its timings.
    private const string NoSignal = "dv_timings_signal_mode=1";
    private const string Selected = "dv_timings_signal_mode=4";
    private const string Small = "dv_timings=0";
    private const string Large = "dv_timings=4";
    private const int SmallLength = 640 * 480 * 2;
    private const int LargeLength = 720 * 576 * 2;

    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    private readonly Channel<(int Length, ClockTime Pts, long Sequence, BufferFlags Flags)> _pictures =
        Channel.CreateUnbounded<(int, ClockTime, long, BufferFlags)>();

    [SetUp]
    public void ChooseInput() => Tool.OutputOf("v4l2-ctl", "-d", Node, "-i", $"{Hdmi}");

    [TearDown]
    public void ChooseCamera()
    {
        if (Node.Length > 0)
        {
            Set($"{Selected},{Small}");
            Tool.OutputOf("v4l2-ctl", "-d", Node, "-i", "0");
        }
    }

    [Test]
    public async Task Capture_signal_that_comes_changes_goes_and_returns_is_followed_on_one_time_line()
    {
        Set(NoSignal);
        await using var pipeline = new Pipeline();
        var options = new V4l2SourceOptions { Device = "vivid", Input = Hdmi, Format = "YUYV", BufferCount = 4 };
        V4l2Source source = pipeline.Add(new V4l2Source("camera", options, Driver));
        MediaBuffer? held = null;
        var sink = pipeline.Add(new CollectingSink("sink")
        {
            Keep = buffer =>
            {
                _pictures.Writer.TryWrite((buffer.Data.Length, buffer.Pts, buffer.Sequence, buffer.Flags));
                bool isFirst = held is null;
                held ??= buffer;
                return isFirst;
            },
        });
        pipeline.Link(source, sink);
        await pipeline.StartAsync();
        await EventAsync(pipeline, "signal-lost");
        Set($"{Selected},{Small}");
        await EventAsync(pipeline, "signal-found");
        var pictures = await ReadAsync(SmallLength);
        byte[] first = held!.Data.ToArray();
        Set(Large);
        await EventAsync(pipeline, "signal-found");
        pictures.AddRange(await ReadAsync(LargeLength));
        Set(NoSignal);
        await EventAsync(pipeline, "signal-lost");
        Set(Selected);
        await EventAsync(pipeline, "signal-found");
        ClockTime returned = pipeline.RunningTime;
        pictures.AddRange(await ReadAsync(LargeLength, returned));
        await pipeline.StopAsync();
        await pipeline.RunAsync();

        Assert.That(held.Data.SequenceEqual(first), "a picture that is held keeps what it shows, whatever the device is set to");
        held.Release();
        Assert.That(
            sink.Events.OfType<FormatChanged>().Select(changed => (VideoFormat)changed.Format).Select(format => (format.Width, format.Height)).TakeLast(2),
            Is.EqualTo(new[] { (640, 480), (720, 576) }));
        var formats = sink.Events.OfType<FormatChanged>().Select(changed => ((VideoFormat)changed.Format).FrameRate).ToList();
        Assert.That(formats[^2..], Is.EqualTo(new[] { new Rational(60000, 1001), new Rational(50, 1) }));
        HashSet<ClockTime> stamps = [.. Driver.Pictures.Select(picture => picture.Stamp - pipeline.BaseTime)];
        Assert.That(pictures.Select(picture => picture.Pts), Is.SubsetOf(stamps), "the driver's stamps by one base, before and after each change");
        Assert.That(pictures.Select(picture => picture.Pts), Is.Ordered.Ascending);
        Assert.That(pictures.Select(picture => picture.Sequence), Is.Ordered.Ascending.And.Unique);
        Assert.That(
            (pictures.First(picture => picture.Length == LargeLength).Flags & BufferFlags.Discontinuity) == BufferFlags.Discontinuity, "the first of the new");
        await TestContext.Out.WriteLineAsync($"{pictures.Count} pictures, {source.Statistics}");
    }

    private static async Task<T> WithinLimitAsync<T>(ValueTask<T> what)
    {
        Task<T> task = what.AsTask();
        await Watchdog.WithinAsync(task, s_limit);
        return await task;
    }

    private static async Task EventAsync(Pipeline pipeline, string kind)
    {
        PipelineEvent told;
        do
        {
            told = await WithinLimitAsync(pipeline.Events.ReadAsync());
        }
        while (told.Kind != kind);
        await TestContext.Out.WriteLineAsync(told.Message);
    }

    /// <summary>Reads pictures until the third one of a length that was captured after a time.</summary>
    private async Task<List<(int Length, ClockTime Pts, long Sequence, BufferFlags Flags)>> ReadAsync(int length, ClockTime after = default)
    {
        var pictures = new List<(int Length, ClockTime Pts, long Sequence, BufferFlags Flags)>();
        while (pictures.Count(picture => picture.Length == length && picture.Pts >= after) < 3)
        {
            pictures.Add(await WithinLimitAsync(_pictures.Reader.ReadAsync()));
        }

        return pictures;
    }
}
