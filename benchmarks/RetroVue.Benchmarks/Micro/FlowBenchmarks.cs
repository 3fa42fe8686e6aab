using BenchmarkDotNet.Attributes;
using RetroVue.Benchmarks.Elements;
using RetroVue.Media.Elements.Flow;
using RetroVue.Media.Pipelines;

namespace RetroVue.Benchmarks.Micro;

/// <summary>The cost of a buffer that passes a running pipeline, in wall time.</summary>
[MemoryDiagnoser]
public class FlowBenchmarks
{
    private const int Buffers = 100_000;

    private FloodLine _line = null!;

    /// <summary>The elements between source and sink: none, ten, or a queue.</summary>
    [Params("bare", "ten elements", "queue")]
    public string Line { get; set; } = "";

    [GlobalSetup]
    public void Start()
    {
        Element[] elements = Line switch
        {
            "ten elements" => [.. Enumerable.Range(0, 10).Select(index => MetadataElement.Create(index % 4, $"element-{index}"))],
            "queue" => [new BufferQueue("queue")],
            _ => [],
        };
        _line = FloodLine.StartAsync(elements).GetAwaiter().GetResult();
    }

    [GlobalCleanup]
    public void Stop() => _line.DisposeAsync().AsTask().Wait();

    [Benchmark(OperationsPerInvoke = Buffers)]
    public void Pass() => _line.PassAsync(Buffers).Wait();
}
