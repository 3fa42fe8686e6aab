using RetroVue.Media.Clocks;
using RetroVue.Media.Memory;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Benchmarks.Elements;

/// <summary>Pushes a requested number of buffers, one per step, as fast as its output takes them.</summary>
internal sealed class FloodSource : Element
{
    private const int BufferLength = 1024;

    private readonly OutputPad _output;
    private readonly StepTask _task;
    private TaskCompletionSource<ClockTime> _pushed = new();
    private long _wanted;
    private long _left;
    private long _sequence;
    private ClockTime _start;

    public FloodSource(string name)
        : base(name)
    {
        _output = AddOutput();
        _task = AddTask(Step);
    }

    /// <summary>Pushes a number of buffers; returns how long that took on the source's thread, from the first push to the last.</summary>
    public Task<ClockTime> PushAsync(long count)
    {
        _pushed = new TaskCompletionSource<ClockTime>(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _wanted, count);
        _task.Wake();
        return _pushed.Task;
    }

    protected override void OnBuffer(InputPad input, MediaBuffer buffer) => throw new NotSupportedException("A source has no inputs.");

    private StepResult Step()
    {
        if (_left == 0)
        {
            _left = Interlocked.Exchange(ref _wanted, 0);
            if (_left == 0)
            {
                return StepResult.Idle;
            }

            _start = SystemClock.Instance.Now;
        }

        var buffer = MediaBuffer.Create(HeapMemory.Create(BufferLength));
        buffer.Pts = ClockTime.FromNanoseconds(_sequence);
        buffer.Sequence = _sequence++;
        _output.Push(buffer);
        if (--_left == 0)
        {
            _pushed.SetResult(SystemClock.Instance.Now - _start);
        }

        return StepResult.Again;
    }
}
