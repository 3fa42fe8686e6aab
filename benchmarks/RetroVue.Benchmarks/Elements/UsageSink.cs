using RetroVue.Benchmarks.Rows;
using RetroVue.Media.Clocks;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Benchmarks.Elements;

/// <summary>Drops the buffers of a live source and, on request, measures the process's usage while a number of buffers arrive.</summary>
internal sealed class UsageSink : Element
{
    private TaskCompletionSource<Usage> _measured = new();
    private long _wanted;
    private long _count;
    private long _from = -1;
    private long _to = -1;
    private double _cpu;
    private long _allocated;
    private ClockTime _start;

    public UsageSink(string name)
        : base(name) => AddInput();

    /// <summary>Measures while this many of the next buffers arrive; one request at a time.</summary>
    public Task<Usage> MeasureAsync(long buffers)
    {
        _measured = new TaskCompletionSource<Usage>(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _wanted, buffers);
        return _measured.Task;
    }

    protected override void OnBuffer(InputPad input, MediaBuffer buffer)
    {
        int bytes = buffer.Data.Length;
        buffer.Release();
        _count++;
        if (_count == _from)
        {
            _allocated = GC.GetTotalAllocatedBytes(true);
            _start = SystemClock.Instance.Now;
            _cpu = Figures.CpuNanoseconds;
        }
        else if (_count == _to)
        {
            double cpu = Figures.CpuNanoseconds - _cpu;
            ClockTime wall = SystemClock.Instance.Now - _start;
            _measured.SetResult(new Usage(cpu, GC.GetTotalAllocatedBytes(true) - _allocated, wall, bytes));
        }
        else if (Volatile.Read(ref _wanted) > 0)
        {
            // It starts two buffers later: by then, the work of the request itself is over.
            _from = _count + 2;
            _to = _from + Interlocked.Exchange(ref _wanted, 0);
        }
    }
}
