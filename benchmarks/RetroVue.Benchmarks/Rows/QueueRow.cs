using RetroVue.Benchmarks.Elements;
using RetroVue.Media.Elements.Flow;

namespace RetroVue.Benchmarks.Rows;

/// <summary>
/// Measures the cost of a buffer in a queue that is never empty: the CPU time of both its threads, including source, sink and executor.
/// </summary>
internal static class QueueRow
{
    public static async Task<string> MeasureAsync(string[] arguments)
    {
        long buffers = Arguments.Count(arguments, 0, 1000) * 1000L;
        double bare = await CpuPerBufferAsync(buffers, null);
        double full = await CpuPerBufferAsync(buffers, new BufferQueue("queue"));
        return $"{Figures.Pair("cpu_ns_per_buffer", full, 1)} {Figures.Pair("bare_ns", bare, 1)}";
    }

    private static async Task<double> CpuPerBufferAsync(long buffers, BufferQueue? queue)
    {
        await using FloodLine line = await FloodLine.StartAsync(queue is null ? [] : [queue]);
        await WarmUp.RunAsync(() => line.PassAsync(10_000));
        double cpu = Figures.CpuNanoseconds;
        await line.PassAsync(buffers);
        return (Figures.CpuNanoseconds - cpu) / buffers;
    }
}
