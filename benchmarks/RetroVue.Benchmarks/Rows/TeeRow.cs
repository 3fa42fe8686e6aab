using RetroVue.Benchmarks.Elements;

namespace RetroVue.Benchmarks.Rows;

/// <summary>Measures the cost of giving one buffer to a hundred sinks through a tee, all on one thread.</summary>
internal static class TeeRow
{
    private const int Sinks = 100;

    public static async Task<string> MeasureAsync(string[] arguments)
    {
        long buffers = Arguments.Count(arguments, 0, 30) * 1000L;
        await using TeeLine line = await TeeLine.StartAsync(Sinks);
        await WarmUp.RunAsync(() => line.PassAsync(1000));
        return Figures.Pair("ns_per_buffer", (await line.PassAsync(buffers)).Nanoseconds / (double)buffers, 0);
    }
}
