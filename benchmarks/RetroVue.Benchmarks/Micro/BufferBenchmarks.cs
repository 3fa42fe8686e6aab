using BenchmarkDotNet.Attributes;
using RetroVue.Media.Memory;
using RetroVue.Media.Pipelines;

namespace RetroVue.Benchmarks.Micro;

/// <summary>What a buffer's life costs on one thread.</summary>
[MemoryDiagnoser]
public class BufferBenchmarks
{
    private readonly MediaMemory _memory = HeapMemory.Create(1024);

    /// <summary>Header and memory, both from their pools.</summary>
    [Benchmark]
    public void CreateAndRelease() => MediaBuffer.Create(HeapMemory.Create(1024)).Release();

    /// <summary>A header on memory that is there.</summary>
    [Benchmark]
    public void CreateAndReleaseHeader() => MediaBuffer.Create(_memory.Retain()).Release();

    /// <summary>A holder more, a header of its own for it, and both given back.</summary>
    [Benchmark]
    public void ShareAndMakeWritable()
    {
        MediaBuffer buffer = MediaBuffer.Create(_memory.Retain());
        MediaBuffer mine = buffer.Retain().MakeWritable();
        mine.Release();
        buffer.Release();
    }
}
