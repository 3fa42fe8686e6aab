using BenchmarkDotNet.Attributes;
using RetroVue.Media.Clocks;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Benchmarks.Micro;

/// <summary>The cost of reading a clock.</summary>
public class ClockBenchmarks
{
    private readonly DisciplinedClock _disciplined = new(SystemClock.Instance, ClockTime.Zero, "benchmark");
    private readonly PipelineClock _pipeline = new Pipeline().Clock;

    [Benchmark(Baseline = true)]
    public ClockTime System() => SystemClock.Instance.Now;

    [Benchmark]
    public ClockTime Disciplined() => _disciplined.Now;

    [Benchmark]
    public ClockTime Pipeline() => _pipeline.Now;

    [Benchmark]
    public ClockReading PipelineReading() => _pipeline.Read();
}
