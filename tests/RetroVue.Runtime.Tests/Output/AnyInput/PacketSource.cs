using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Testing;
using RetroVue.Media.Time;

namespace RetroVue.Runtime.Tests.Output.AnyInput;

/// <summary>Gives out buffers and events of several streams in the order that it is told.</summary>
internal sealed class PacketSource : Element
{
    private readonly IEnumerator<(MediaKind Kind, object Item)> _items;
    private readonly Dictionary<MediaKind, (OutputPad Output, MediaFormat Format)> _streams = [];

    private PacketSource(IEnumerable<(MediaKind Kind, MediaFormat Format)> formats, IEnumerable<(MediaKind Kind, object Item)> items)
        : base("packets")
    {
        _items = items.GetEnumerator();
        foreach ((MediaKind kind, MediaFormat format) in formats)
        {
            _streams[kind] = (AddOutput(kind.ToString()), format);
        }

        AddTask(Step);
    }

    /// <summary>Runs a pipeline from such a source to its end, in simulated time.</summary>
    public static void Run(IEnumerable<(MediaKind Kind, MediaFormat Format)> formats, IEnumerable<(MediaKind Kind, object Item)> items, Action<Pipeline, PacketSource> build)
    {
        SynchronizationContext.SetSynchronizationContext(null);
        var executor = new SimulatedExecutor();
        var pipeline = new Pipeline(new PipelineOptions { Executor = executor });
        try
        {
            build(pipeline, pipeline.Add(new PacketSource(formats, items)));
            executor.RunUntilCompleted(pipeline.RunAsync(), ClockTime.FromSeconds(1));
        }
        finally
        {
            executor.RunUntilCompleted(pipeline.DisposeAsync().AsTask(), ClockTime.FromSeconds(2));
        }
    }

    protected override void Prepare()
    {
        foreach ((OutputPad output, MediaFormat format) in _streams.Values)
        {
            output.Push(new FormatChanged(format));
            output.Push(Segment.Default);
        }
    }

    protected override void OnBuffer(InputPad input, MediaBuffer buffer) => throw new NotSupportedException("A source has no input.");

    protected override void Dispose(bool disposing)
    {
        _items.Dispose();
        base.Dispose(disposing);
    }

    private StepResult Step()
    {
        if (!_items.MoveNext())
        {
            Forward(EndOfStream.Instance);
            return StepResult.Finished;
        }

        OutputPad output = _streams[_items.Current.Kind].Output;
        if (_items.Current.Item is MediaBuffer buffer)
        {
            output.Push(buffer);
        }
        else
        {
            output.Push((MediaEvent)_items.Current.Item);
        }

        return StepResult.Again;
    }
}
