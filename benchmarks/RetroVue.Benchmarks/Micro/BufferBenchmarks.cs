using BenchmarkDotNet.Attributes;
using RetroVue.Media.Memory;
using RetroVue.Media.Pipelines;

namespace RetroVue.Benchmarks.Micro;

/// <summary>The cost of making and releasing a buffer on one thread.</summary>
[MemoryDiagnoser]
public class BufferBenchmarks
{
    private readonly MediaMemory _memory = HeapMemory.Create(1024);

    /// <summary>Header and memory, both from their pools.</summary>
    [Benchmark]
    public void CreateAndRelease() => MediaBuffer.Create(HeapMemory.Create(1024)).Release();

    /// <summary>A header for existing memory.</summary>
    [Benchmark]
    public void CreateAndReleaseHeader() => MediaBuffer.Create(_memory.Retain()).Release();

    /// <summary>One more reference, a header of its own for it, and the release of both.</summary>
    [Benchmark]
    public void ShareAndMakeWritable()
    {
        MediaBuffer buffer = MediaBuffer.Create(_memory.Retain());
        MediaBuffer mine = buffer.Retain().MakeWritable();
        mine.Release();
        buffer.Release();
    }
}
