using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Benchmarks.Elements;

/// <summary>A running pipeline: a source that pushes as fast as possible, elements in a row, and a sink that counts.</summary>
internal sealed class FloodLine : IAsyncDisposable
{
    private readonly Pipeline _pipeline = new();
    private readonly FloodSource _source;
    private readonly CountingSink _sink = new("sink");

    private FloodLine() => _source = _pipeline.Add(new FloodSource("source"));

    public static async Task<FloodLine> StartAsync(params Element[] elements)
    {
        var line = new FloodLine();
        Element last = line._source;
        foreach (Element element in elements.Append(line._sink))
        {
            line._pipeline.Add(element);
            line._pipeline.Link(last, element);
            last = element;
        }

        await line._pipeline.StartAsync();
        return line;
    }

    /// <summary>Passes a number of buffers through the line and returns how long the source took to push them.</summary>
    public async Task<ClockTime> PassAsync(long count)
    {
        Task arrived = _sink.ExpectAsync(count);
        ClockTime time = await _source.PushAsync(count);
        await arrived;
        return time;
    }

    public ValueTask DisposeAsync() => _pipeline.DisposeAsync();
}
