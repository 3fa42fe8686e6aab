using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Testing;
using RetroVue.Media.Time;

namespace RetroVue.Runtime.Tests.Output.AnyInput;

/// <summary>Runs a pipeline from a source of several streams to its end, in simulated time.</summary>
internal static class PacketPipeline
{
    /// <summary>Runs the pipeline.</summary>
    /// <param name="formats">The streams: the source has an output for each.</param>
    /// <param name="items">The buffers and events in the order in which they come, each with the index of its stream.</param>
    /// <param name="build">Adds the elements that the source feeds.</param>
    public static void Run(
        IReadOnlyList<(MediaKind Kind, MediaFormat Format)> formats, IEnumerable<(MediaKind Kind, object Item)> items, Action<Pipeline, ScriptedSource> build)
    {
        SynchronizationContext.SetSynchronizationContext(null);
        MediaKind[] kinds = [.. formats.Select(stream => stream.Kind)];
        IEnumerable<(int Output, object Item)> script = formats
            .SelectMany(stream => new (MediaKind Kind, object Item)[] { (stream.Kind, new FormatChanged(stream.Format)), (stream.Kind, Segment.Default) })
            .Concat(items)
            .Select(item => (Array.IndexOf(kinds, item.Kind), item.Item));
        var executor = new SimulatedExecutor();
        var pipeline = new Pipeline(new PipelineOptions { Executor = executor });
        try
        {
            build(pipeline, pipeline.Add(new ScriptedSource("packets", kinds.Length, script)));
            executor.RunUntilCompleted(pipeline.RunAsync(), ClockTime.FromSeconds(1));
        }
        finally
        {
            executor.RunUntilCompleted(pipeline.DisposeAsync().AsTask(), ClockTime.FromSeconds(2));
        }
    }
}
