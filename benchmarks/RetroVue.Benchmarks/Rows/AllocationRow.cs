using RetroVue.Benchmarks.Elements;
using RetroVue.Media.Elements.Flow;
using RetroVue.Media.Pipelines;

namespace RetroVue.Benchmarks.Rows;

/// <summary>Measures the bytes that all threads allocate per buffer, in a line with an element, a tee and a queue on each branch.</summary>
internal static class AllocationRow
{
    private const long WarmUpBuffers = 5_000_000;

    public static async Task<string> MeasureAsync(string[] arguments)
    {
        long buffers = Arguments.Count(arguments, 0, 1000) * 1000L;
        await using var pipeline = new Pipeline();
        FloodSource source = pipeline.Add(new FloodSource("source"));
        MetadataElement shift = pipeline.Add(MetadataElement.Create(0, "shift"));
        Tee tee = pipeline.Add(new Tee("tee"));
        pipeline.Link(source, shift);
        pipeline.Link(shift, tee);
        AllocationSink measuring = pipeline.Add(new AllocationSink("measuring-sink", WarmUpBuffers, WarmUpBuffers + buffers));
        foreach (Element sink in new Element[] { measuring, pipeline.Add(new CountingSink("sink")) })
        {
            BufferQueue queue = pipeline.Add(new BufferQueue($"queue-{sink.Name}"));
            pipeline.Link(tee.AddBranch(), queue.Inputs[0]);
            pipeline.Link(queue, sink);
        }

        await pipeline.StartAsync();
        _ = source.PushAsync(long.MaxValue);
        long bytes = await measuring.Allocated;
        return $"{Figures.Pair("bytes_per_buffer", bytes / (double)buffers, 6)} {Figures.Pair("bytes", bytes, 0)}";
    }
}
