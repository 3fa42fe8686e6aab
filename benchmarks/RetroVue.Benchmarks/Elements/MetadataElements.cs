using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Benchmarks.Elements;

/// <summary>An element that reads and writes the metadata of each buffer, like a small element of a user.</summary>
internal abstract class MetadataElement : Element
{
    protected MetadataElement(string name)
        : base(name)
    {
        AddInput();
        Output = AddOutput();
    }

    protected OutputPad Output { get; }

    /// <summary>Makes an element of one of four classes, by number.</summary>
    public static MetadataElement Create(int kind, string name) => kind switch
    {
        0 => new TimeShift(name),
        1 => new Renumbering(name),
        2 => new DurationFromTimes(name),
        _ => new DiscontinuityMark(name),
    };
}

/// <summary>Adds 3 ns to presentation times.</summary>
internal sealed class TimeShift(string name) : MetadataElement(name)
{
    private static readonly ClockTime s_shift = ClockTime.FromNanoseconds(3);

    protected override void OnBuffer(InputPad input, MediaBuffer buffer)
    {
        MediaBuffer mine = buffer.MakeWritable();
        mine.Pts += s_shift;
        Output.Push(mine);
    }
}

/// <summary>Adds 1000 to sequence numbers.</summary>
internal sealed class Renumbering(string name) : MetadataElement(name)
{
    protected override void OnBuffer(InputPad input, MediaBuffer buffer)
    {
        MediaBuffer mine = buffer.MakeWritable();
        mine.Sequence += 1000;
        Output.Push(mine);
    }
}

/// <summary>Sets each buffer's duration to the difference between its PTS and the PTS before.</summary>
internal sealed class DurationFromTimes(string name) : MetadataElement(name)
{
    private ClockTime _last;

    protected override void OnBuffer(InputPad input, MediaBuffer buffer)
    {
        MediaBuffer mine = buffer.MakeWritable();
        mine.Duration = mine.Pts - _last;
        _last = mine.Pts;
        Output.Push(mine);
    }
}

/// <summary>Marks each buffer whose sequence number is not the next after the one before.</summary>
internal sealed class DiscontinuityMark(string name) : MetadataElement(name)
{
    private long _last;

    protected override void OnBuffer(InputPad input, MediaBuffer buffer)
    {
        MediaBuffer mine = buffer.MakeWritable();
        mine.Flags = mine.Sequence == _last + 1 ? mine.Flags & ~BufferFlags.Discontinuity : mine.Flags | BufferFlags.Discontinuity;
        _last = mine.Sequence;
        Output.Push(mine);
    }
}
