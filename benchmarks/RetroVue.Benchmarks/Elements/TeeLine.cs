using RetroVue.Media.Elements.Flow;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Benchmarks.Elements;

/// <summary>A running pipeline: a source that pushes as fast as possible, and a tee with sinks on the same thread.</summary>
internal sealed class TeeLine : IAsyncDisposable
{
    private readonly Pipeline _pipeline = new();
    private readonly FloodSource _source;

    private TeeLine() => _source = _pipeline.Add(new FloodSource("source"));

    public static async Task<TeeLine> StartAsync(int sinks)
    {
        var line = new TeeLine();
        Tee tee = line._pipeline.Add(new Tee("tee"));
        line._pipeline.Link(line._source, tee);
        for (int i = 0; i < sinks; i++)
        {
            CountingSink sink = line._pipeline.Add(new CountingSink($"sink-{i}"));
            line._pipeline.Link(tee.AddBranch(), sink.Inputs[0]);
        }

        await line._pipeline.StartAsync();
        return line;
    }

    /// <summary>Passes a number of buffers through the line and returns how long that took.</summary>
    public Task<ClockTime> PassAsync(long count) => _source.PushAsync(count);

    public ValueTask DisposeAsync() => _pipeline.DisposeAsync();
}
