using RetroVue.Media.Pipelines;

namespace RetroVue.Benchmarks.Elements;

/// <summary>Measures the memory that the whole process allocates between two of the buffers that arrive.</summary>
internal sealed class AllocationSink : Element
{
    private readonly TaskCompletionSource<long> _allocated = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly long _from;
    private readonly long _to;
    private long _count;
    private long _before;

    public AllocationSink(string name, long from, long to)
        : base(name)
    {
        (_from, _to) = (from, to);
        AddInput();
    }

    /// <summary>Completes with the number of bytes that all threads have allocated between the two buffers.</summary>
    public Task<long> Allocated => _allocated.Task;

    protected override void OnBuffer(InputPad input, MediaBuffer buffer)
    {
        buffer.Release();
        _count++;
        if (_count == _from)
        {
            _before = GC.GetTotalAllocatedBytes(true);
        }
        else if (_count == _to)
        {
            _allocated.SetResult(GC.GetTotalAllocatedBytes(true) - _before);
        }
    }
}
