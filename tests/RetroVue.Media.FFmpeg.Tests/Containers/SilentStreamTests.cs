using RetroVue.Media.FFmpeg.Containers;
using RetroVue.Media.FFmpeg.Tests.Corpus;
using RetroVue.Media.FFmpeg.Tests.Support;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Testing;
using RetroVue.Media.Time;

namespace RetroVue.Media.FFmpeg.Tests.Containers;

/// <summary>If a stream of a file ends long before the other, it does not hold the other one up.</summary>
[LeakCheck]
public sealed class SilentStreamTests
{
    /// <summary>The seconds by which a stream may lie behind the other before it counts as silent.</summary>
    private const int SoundLag = 3, PictureLag = 32;

    private static IEnumerable<string> GoingOn => MediaCorpus.Names.Where(name => !name.StartsWith("short-", StringComparison.Ordinal));

    [TestCase("short-sound.mp4", "audio", SoundLag)]
    [TestCase("short-picture.mkv", "video", PictureLag)]
    public void Stream_that_has_ended_is_told_about_in_gaps(string name, string output, int lag)
    {
        var seen = Seen(name, output);
        var gaps = seen.OfType<Gap>().ToList();
        Assert.That(Seconds(gaps[0].Pts), Is.EqualTo(4).Within(0.2), "the stream's end");
        Assert.That(gaps.Zip(gaps.Skip(1), (one, next) => next.Pts - (one.Pts + one.Duration)), Is.All.EqualTo(ClockTime.Zero), "one after the other");
        Assert.That(Seconds(gaps[^1].Pts + gaps[^1].Duration), Is.EqualTo(40 - lag).Within(1), "up to the other stream's end, less the lag");
        Assert.That(seen[^1], Is.SameAs(EndOfStream.Instance));
    }

    [Test]
    public void File_whose_streams_go_on_has_no_gaps([ValueSource(nameof(GoingOn))] string name)
    {
        Assert.That(Seen(name, "video").Concat(Seen(name, "audio")).OfType<Gap>(), Is.Empty);
    }

    [TestCase("short-sound.mp4", 25, SoundLag)]
    [TestCase("short-picture.mkv", 48_000 / 1024.0, PictureLag)]
    public void Muxer_that_waits_for_a_stream_that_has_ended_keeps_little_of_the_other(string name, double packetsPerSecond, int lag)
    {
        long most = 0;
        Run(name, (pipeline, demuxer) =>
        {
            var muxer = pipeline.Add(new FileMuxer("muxer", Path.Combine(MediaCorpus.Folder, $"{name}.waited.mkv")));
            foreach (var pad in demuxer.Outputs)
            {
                var watch = pipeline.Add(new Watch($"watch-{pad.Name}", () => most = Math.Max(most, MediaBuffer.LiveCount)));
                pipeline.Link(pad, watch.Inputs[0]);
                pipeline.Link(watch.Outputs[0], muxer.AddStream(pad.Name));
            }
        });
        // An input always stores some packets. It also stores those of the allowed lag and of one second more.
        Assert.That(most, Is.InRange(10, 64 + ((lag + 1) * packetsPerSecond)));
    }

    private static double Seconds(ClockTime time) => time.Nanoseconds / 1e9;

    /// <summary>Returns the events of an output, without its buffers; none if the file has no such stream.</summary>
    private static List<MediaEvent> Seen(string name, string output)
    {
        var seen = new CollectingSink("seen");
        Run(name, (pipeline, demuxer) =>
        {
            // Every output must be linked.
            foreach (var pad in demuxer.Outputs)
            {
                var sink = pipeline.Add(pad.Name == output ? seen : new CollectingSink("other"));
                pipeline.Link(pad, sink.Inputs[0]);
            }
        });
        return seen.Events;
    }

    private static void Run(string name, Action<Pipeline, FileDemuxer> link)
    {
        var executor = new SimulatedExecutor();
        var pipeline = new Pipeline(new PipelineOptions { Executor = executor });
        try
        {
            var demuxer = pipeline.Add(new FileDemuxer("demuxer", MediaCorpus.File(name)));
            demuxer.Open();
            link(pipeline, demuxer);
            executor.RunUntilCompleted(pipeline.RunAsync(), ClockTime.FromSeconds(1));
        }
        finally
        {
            executor.RunUntilCompleted(pipeline.DisposeAsync().AsTask(), ClockTime.FromSeconds(2));
        }
    }

    private sealed class Watch : Element
    {
        private readonly Action _seen;
        private readonly OutputPad _output;

        public Watch(string name, Action seen)
            : base(name)
        {
            _seen = seen;
            AddInput();
            _output = AddOutput();
        }

        protected override void OnBuffer(InputPad input, MediaBuffer buffer)
        {
            _seen();
            _output.Push(buffer);
        }
    }
}
