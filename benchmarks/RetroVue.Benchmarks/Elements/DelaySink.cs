using RetroVue.Media.Clocks;
using RetroVue.Media.Pipelines;

namespace RetroVue.Benchmarks.Elements;

/// <summary>
/// Measures the time from the push of each buffer to its arrival; the PTS of a buffer is the system time of its push. Skips the first
/// buffers.
/// </summary>
internal sealed class DelaySink : Element
{
    private readonly TaskCompletionSource<double[]> _delays = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly double[] _nanoseconds;
    private int _count;

    public DelaySink(string name, int skipped, int count)
        : base(name)
    {
        AddInput();
        _nanoseconds = new double[count];
        _count = -skipped;
    }

    /// <summary>Completes with the delays, in nanoseconds, when all have been measured.</summary>
    public Task<double[]> Delays => _delays.Task;

    protected override void OnBuffer(InputPad input, MediaBuffer buffer)
    {
        if (_count >= 0 && _count < _nanoseconds.Length)
        {
            _nanoseconds[_count] = (SystemClock.Instance.Now - buffer.Pts).Nanoseconds;
        }

        buffer.Release();
        if (++_count == _nanoseconds.Length)
        {
            _delays.SetResult(_nanoseconds);
        }
    }
}
