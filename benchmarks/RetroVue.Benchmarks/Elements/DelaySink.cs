using RetroVue.Media.Clocks;
using RetroVue.Media.Pipelines;

namespace RetroVue.Benchmarks.Elements;

/// <summary>Notes how long buffers whose PTS is the system time of their push have taken, but for the first ones.</summary>
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

    /// <summary>The delays in nanoseconds, once all have been noted.</summary>
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
