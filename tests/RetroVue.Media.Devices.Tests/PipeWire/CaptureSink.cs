using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.Devices.Tests.PipeWire;

/// <summary>Records its input, keeps some of the buffers, and tells when there are enough.</summary>
internal sealed class CaptureSink : Element
{
    private readonly TaskCompletionSource _enough = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ClockTime _until;
    private readonly Lock _lock = new();

    /// <param name="until">The PTS at which there is enough.</param>
    /// <param name="keep">The number of the last buffers that are held.</param>
    public CaptureSink(ClockTime until, int keep = 0)
        : base("sink")
    {
        _until = until;
        Keep = keep;
        AddInput();
    }

    public int Keep { get; set; }

    public List<(ClockTime Pts, ClockTime Duration, long Sequence, BufferFlags Flags)> Seen { get; } = new(100_000);

    public List<long> Allocated { get; } = new(100_000);

    public Queue<MediaBuffer> Kept { get; } = new();

    public List<MediaFormat> Formats { get; } = [];

    public List<Gap> Gaps { get; } = [];

    public Task Enough => _enough.Task;

    public void Release()
    {
        lock (_lock)
        {
            Keep = 0;
            while (Kept.TryDequeue(out MediaBuffer? buffer))
            {
                buffer.Release();
            }
        }
    }

    protected override void OnBuffer(InputPad input, MediaBuffer buffer)
    {
        Allocated.Add(GC.GetAllocatedBytesForCurrentThread());
        Seen.Add((buffer.Pts, buffer.Duration, buffer.Sequence, buffer.Flags));
        if (buffer.Pts >= _until)
        {
            _enough.TrySetResult();
        }

        lock (_lock)
        {
            if (Keep == 0)
            {
                buffer.Release();
                return;
            }

            Kept.Enqueue(buffer);
            if (Kept.Count > Keep)
            {
                Kept.Dequeue().Release();
            }
        }
    }

    protected override void OnEvent(InputPad input, MediaEvent mediaEvent)
    {
        if (mediaEvent is FormatChanged changed)
        {
            Formats.Add(changed.Format);
        }
        else if (mediaEvent is Gap gap)
        {
            Gaps.Add(gap);
        }

        base.OnEvent(input, mediaEvent);
    }
}
