using RetroVue.Media.Pipelines;

namespace RetroVue.Benchmarks.Elements;

/// <summary>Notes what the whole process has allocated between two of the buffers that come.</summary>
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

    /// <summary>Bytes allocated by all threads from one buffer to the other.</summary>
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
