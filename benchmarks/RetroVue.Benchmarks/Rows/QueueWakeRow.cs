using RetroVue.Benchmarks.Elements;
using RetroVue.Media.Elements.Flow;
using RetroVue.Media.Pipelines;

namespace RetroVue.Benchmarks.Rows;

/// <summary>Measures the time of a buffer in an empty queue with a sleeping reader.</summary>
internal static class QueueWakeRow
{
    private const int Skipped = 2000;

    public static async Task<string> MeasureAsync(string[] arguments)
    {
        await using var pipeline = new Pipeline();
        PacedSource source = pipeline.Add(new PacedSource("source"));
        BufferQueue queue = pipeline.Add(new BufferQueue("queue"));
        DelaySink sink = pipeline.Add(new DelaySink("sink", Skipped, Arguments.Count(arguments, 0, 3000)));
        pipeline.Link(source, queue);
        pipeline.Link(queue, sink);
        await pipeline.StartAsync();
        double[] delays = await sink.Delays;
        return $"{Figures.Pair("median_ns", Figures.Median(delays), 0)} {Figures.Pair("p99_ns", Figures.Quantile(delays, 0.99), 0)}";
    }
}
