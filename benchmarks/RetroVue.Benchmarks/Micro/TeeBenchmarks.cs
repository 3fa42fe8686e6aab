using BenchmarkDotNet.Attributes;
using RetroVue.Benchmarks.Elements;
using RetroVue.Media.Pipelines;

namespace RetroVue.Benchmarks.Micro;

/// <summary>The cost of sharing a buffer among sinks.</summary>
[MemoryDiagnoser]
public class TeeBenchmarks
{
    private const int Buffers = 1000;

    private TeeLine _line = null!;

    [Params(1, 10, 100)]
    public int Sinks { get; set; }

    [GlobalSetup]
    public void Start() => _line = TeeLine.StartAsync(Sinks).GetAwaiter().GetResult();

    [GlobalCleanup]
    public void Stop() => _line.DisposeAsync().AsTask().Wait();

    [Benchmark(OperationsPerInvoke = Buffers)]
    public void Pass() => _line.PassAsync(Buffers).Wait();
}
