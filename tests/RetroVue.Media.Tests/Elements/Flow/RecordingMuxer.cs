using RetroVue.Media.Elements.Flow;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.Tests.Elements.Flow;

/// <summary>Records what it takes, as "stream:milliseconds", "stream:event" and "end".</summary>
internal sealed class RecordingMuxer : InterleavingElement
{
    private readonly Dictionary<InputPad, Segment> _segments = [];

    private readonly bool _needsTimes;

    public RecordingMuxer(string name, int streams, bool needsTimes = false)
        : base(name)
    {
        _needsTimes = needsTimes;
        for (int i = 0; i < streams; i++)
        {
            AddStreamInput($"in{i}");
        }
    }

    public List<string> Taken { get; } = [];

    /// <summary>The running times of the buffers that were taken, in their order.</summary>
    public List<(string Stream, ClockTime Time, ClockTime Moved)> Times { get; } = [];

    protected override int StreamCapacity => 4;

    protected override bool NeedsTimes => _needsTimes;

    protected override void TakeBuffer(InputPad input, MediaBuffer buffer)
    {
        ClockTime time = buffer.DecodeOrder;
        Taken.Add($"{input.Name[2..]}:{(time.IsNone ? "none" : $"{time.Nanoseconds / 1_000_000}")}");
        Segment segment = _segments.GetValueOrDefault(input, Segment.Default);
        Times.Add((input.Name[2..], segment.ToRunningTime(time), segment.Offset));
        buffer.Release();
    }

    protected override void TakeEvent(InputPad input, MediaEvent mediaEvent)
    {
        Taken.Add($"{input.Name[2..]}:{mediaEvent.GetType().Name}");
        if (mediaEvent is Segment segment)
        {
            _segments[input] = segment;
        }
    }

    protected override void TakeEnd()
    {
        Taken.Add("end");
        ReportEnd();
    }
}
