using Microsoft.Extensions.Logging;
using NodaTime;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Testing;
using RetroVue.Media.Time;
using RetroVue.Runtime.Output;
using RetroVue.Runtime.Producers;
using RetroVue.Runtime.Schedules;
using RetroVue.Runtime.Tests.Output.AnyInput;
using RetroVue.Runtime.Time;
using Duration = NodaTime.Duration;

namespace RetroVue.Runtime.Tests.Output.Feeds;

/// <summary>A copied channel in simulated time whose producers take turns on the air, and a viewer.</summary>
internal sealed class CopiedScene : IDisposable
{
    /// <summary>When the channel goes on the air.</summary>
    public static readonly Instant Start = ChannelLine.DefaultEpoch + Duration.FromHours(1);

    private readonly PipelineOptions _options;
    private readonly List<NormalProducer> _producers = [];
    private readonly SentStream _sent = new(hasPicture: true);
    private ChunkReader? _reader;

    /// <summary>Makes a channel that is off the air.</summary>
    /// <param name="executor">The executor, if it is shared with other channels; null for one of its own.</param>
    public CopiedScene(SimulatedExecutor? executor = null)
    {
        Executor = executor ?? new SimulatedExecutor(ClockTime.FromSeconds(10));
        // With a synchronization context of the test runner, continuations would run on the thread pool and not in the simulation.
        SynchronizationContext.SetSynchronizationContext(null);
        _options = new PipelineOptions { Executor = Executor };
        Line = new ChannelLine(new MasterClock(Executor.Clock, Start).AsClock(), ChannelLine.DefaultEpoch);
        Output = new ChannelOutput("test", Line, new CopiedChannel(ScriptedItems.Formats), _options);
    }

    public SimulatedExecutor Executor { get; }

    public ChannelLine Line { get; }

    public ChannelOutput Output { get; }

    public RecordedLog Log { get; } = new();

    /// <summary>The PES packets that the viewer has received.</summary>
    public IReadOnlyList<SentPes> Sent => _sent.Pes;

    /// <summary>Makes a producer that is ready to go on the air.</summary>
    /// <param name="plan">The plan that it plays.</param>
    /// <param name="startAt">The instant from which it plays.</param>
    /// <param name="files">Returns the packets of an entry's file, and the item whose marks they carry.</param>
    public (NormalProducer Producer, ChannelFeed Feed) Prepare(PlayoutPlan plan, Instant startAt, Func<PlayoutEntry, (MediaScript Script, char Item)> files)
    {
        ChannelFeed feed = Output.OpenFeed($"test-{_producers.Count + 1}");
        MediaScript slate = MediaScript.Regular(ClockTime.FromSeconds(120));
        var items = new ScriptedItems(Line, _options, files);
        var slates = new ScriptedItems(Line, _options, _ => (slate, Mark.Slate), isSlate: true);
        var producer = new NormalProducer(
            feed.Id, new Uri("/test", UriKind.Relative), Output, feed, Executor, items, slates, new HangingOpenings(), Log.CreateLogger("producer"));
        _producers.Add(producer);
        Complete(producer.PrepareAsync(plan, startAt));
        Complete(producer.StartAsync());
        return (producer, feed);
    }

    /// <summary>Puts the channel on the air.</summary>
    public void Begin(ChannelFeed feed)
    {
        Assert.That(Output.SwitchAt(feed, Start), "The first feed goes on the air at once.");
        Complete(Output.StartAsync());
        _reader = Output.Stream.Read();
    }

    /// <summary>Watches until a time on the channel's line.</summary>
    public void WatchUntil(ClockTime time)
    {
        while (Line.Now < time)
        {
            Executor.RunFor(ClockTime.Min(ClockTime.FromMilliseconds(80), time - Line.Now));
            Take();
        }
    }

    /// <summary>Takes the chunks that have been sent by now.</summary>
    public void Take() => _sent.Take(_reader!);

    public void Complete(Task task) => Executor.RunUntilCompleted(task, Executor.Clock.Now + ClockTime.FromSeconds(10));

    public void Dispose()
    {
        _reader?.Dispose();
        _producers.ForEach(producer => Complete(producer.DisposeAsync().AsTask()));
        Complete(Output.DisposeAsync().AsTask());
        Log.Dispose();
    }
}
