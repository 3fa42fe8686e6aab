using Microsoft.Extensions.Logging.Abstractions;
using NodaTime;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Testing;
using RetroVue.Media.Time;
using RetroVue.Runtime.Output;
using RetroVue.Runtime.Producers;
using RetroVue.Runtime.Schedules;
using RetroVue.Runtime.Time;
using Duration = NodaTime.Duration;

namespace RetroVue.Runtime.Tests.Producers;

public sealed class NormalProducerTests
{
    [Test]
    public void Slate_that_took_the_place_of_an_item_is_disposed_of_when_the_producer_stops()
    {
        Instant start = ChannelLine.DefaultEpoch + Duration.FromDays(1);
        var executor = new SimulatedExecutor(ClockTime.FromSeconds(10));
        var options = new PipelineOptions { Executor = executor };
        var line = new ChannelLine(new MasterClock(executor.Clock, start).AsClock(), ChannelLine.DefaultEpoch);
        var output = new ChannelOutput("test", line, new TranscodedChannel(new RawFormats(null, new AudioFormat(SampleFormat.F32Planar, 48_000, ChannelLayout.Stereo))), options);
        // The item ends at once. The slate never ends.
        var items = new Opener(line, options, StepResult.Finished);
        var slates = new Opener(line, options, StepResult.Idle);
        ChannelFeed feed = output.OpenFeed("test-1");
        var producer = new NormalProducer(feed.Id, new Uri("/test", UriKind.Relative), output, feed, executor, items, slates, new HangingOpenings(), NullLogger.Instance);
        PlayoutEntry entry = Entry(start, Duration.FromMinutes(1));
        PlayoutPlan plan = new([entry, Entry(entry.End, Duration.FromMinutes(1))]);
        Complete(() => producer.PrepareAsync(plan, start));
        Complete(() => producer.StartAsync());
        executor.RunFor(ClockTime.FromSeconds(5));
        Assert.That((items.Opened, items.Disposed, slates.Opened, slates.Disposed), Is.EqualTo((1, 1, 1, 0)));
        Complete(() => producer.DisposeAsync().AsTask());
        Complete(() => output.DisposeAsync().AsTask());
        Assert.That(slates.Disposed, Is.EqualTo(1));

        void Complete(Func<Task> begin) => executor.RunUntilCompleted(begin, executor.Clock.Now + ClockTime.FromSeconds(10));
    }

    private static PlayoutEntry Entry(Instant start, Duration duration) =>
        new(EntryKind.Programme, start, start + duration, "Test", "/none", Duration.Zero);

    /// <summary>Opens items that have no media, and counts them.</summary>
    private sealed class Opener(ChannelLine line, PipelineOptions options, StepResult step) : IItemOpener
    {
        public int Opened { get; private set; }

        public int Disposed { get; private set; }

        public Task<ItemPlayer> OpenAsync(PlayoutEntry entry, ClockTime from, ClockTime notBefore, CancellationToken cancellationToken)
        {
            Opened++;
            var pipeline = new Pipeline(options);
            var input = new ChannelSink("channel", from, line.At(entry.End));
            return ItemPlayer.StartAsync(
                pipeline,
                input,
                () =>
                {
                    var source = pipeline.Add(new SilentSource(step, () => Disposed++));
                    pipeline.Add(input);
                    pipeline.Link(source.Outputs[0], input.AddStream(MediaKind.Audio));
                    return null;
                },
                cancellationToken);
        }
    }

    private sealed class SilentSource : Element
    {
        private readonly StepResult _step;
        private readonly Action _disposed;

        public SilentSource(StepResult step, Action disposed)
            : base("source")
        {
            (_step, _disposed) = (step, disposed);
            AddOutput();
            AddTask(Step);
        }

        protected override void OnBuffer(InputPad input, MediaBuffer buffer) => throw new NotSupportedException("A source has no input.");

        protected override void Dispose(bool disposing)
        {
            _disposed();
            base.Dispose(disposing);
        }

        private StepResult Step()
        {
            if (_step.State == StepState.Finished)
            {
                Forward(EndOfStream.Instance);
            }

            return _step;
        }
    }
}
