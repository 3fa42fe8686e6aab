using RetroVue.Media.Pipelines;

namespace RetroVue.Benchmarks.Elements;

/// <summary>Drops buffers, and notifies when a certain number has arrived.</summary>
internal sealed class CountingSink : Element
{
    private TaskCompletionSource _arrived = new();
    private long _awaited;
    private long _count;

    public CountingSink(string name)
        : base(name) => AddInput();

    /// <summary>Completes when this many more buffers have arrived. Call it while none arrive.</summary>
    public Task ExpectAsync(long count)
    {
        _arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _awaited = _count + count;
        return _arrived.Task;
    }

    protected override void OnBuffer(InputPad input, MediaBuffer buffer)
    {
        buffer.Release();
        if (++_count == _awaited)
        {
            _arrived.SetResult();
        }
    }
}
