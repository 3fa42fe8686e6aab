using RetroVue.Benchmarks.Elements;
using RetroVue.Media.Elements.Flow;
using RetroVue.Media.Pipelines;

namespace RetroVue.Benchmarks.Rows;

/// <summary>What it costs to give one buffer to a hundred sinks through a tee, all on one thread.</summary>
internal static class TeeRow
{
    private const int Sinks = 100;

    public static async Task<string> MeasureAsync(string[] arguments)
    {
        long buffers = Arguments.Count(arguments, 0, 30) * 1000L;
        await using var pipeline = new Pipeline();
        FloodSource source = pipeline.Add(new FloodSource("source"));
        Tee tee = pipeline.Add(new Tee("tee"));
        pipeline.Link(source, tee);
        for (int i = 0; i < Sinks; i++)
        {
            CountingSink sink = pipeline.Add(new CountingSink($"sink-{i}"));
            pipeline.Link(tee.AddBranch(), sink.Inputs[0]);
        }

        await pipeline.StartAsync();
        await WarmUp.RunAsync(() => source.PushAsync(1000));
        return Figures.Pair("ns_per_buffer", (await source.PushAsync(buffers)).Nanoseconds / (double)buffers, 0);
    }
}
