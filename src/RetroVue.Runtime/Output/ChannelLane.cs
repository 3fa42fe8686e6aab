using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Runtime.Output;

/// <summary>One stream of an item that waits to be aired. Guarded by its input's lock.</summary>
internal sealed class ChannelLane(MediaKind kind, InputPad pad)
{
    /// <summary>A bound on memory for streams whose times do not advance.</summary>
    public const int MostItems = 4096;

    public MediaKind Kind { get; } = kind;

    public InputPad Pad { get; } = pad;

    /// <summary>Buffers and format changes, oldest first.</summary>
    public Queue<object> Items { get; } = new();

    /// <summary>True once the first buffer that can be aired has come.</summary>
    public bool HasBegun { get; set; }

    /// <summary>True once nothing more comes.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>The decoding time of the newest buffer; None before the first.</summary>
    public ClockTime Newest { get; set; } = ClockTime.None;

    /// <summary>The decoding time of the buffer taken last, or what has been gone over of a gap since; None before that.</summary>
    public ClockTime Taken { get; set; } = ClockTime.None;

    /// <summary>The decoding time of the very first buffer; None before it.</summary>
    public ClockTime First { get; private set; } = ClockTime.None;

    /// <summary>The stretch of decoding times held; None before anything has come.</summary>
    public ClockTime Held => Newest - (Taken.IsNone ? First : Taken);

    public void Add(MediaBuffer buffer)
    {
        Items.Enqueue(buffer);
        Newest = buffer.DecodeOrder;
        First = First.IsNone ? Newest : First;
    }

    /// <summary>Of a gap nothing is held for long: the output has gone over what of it lies before a time.</summary>
    public void PassGap(ClockTime before)
    {
        ClockTime passed = ClockTime.Min(before, Newest);
        Taken = passed > Taken || Taken.IsNone ? passed : Taken;
    }

    /// <summary>Says that nothing more comes; formats that no buffer follows are of no use to anybody and keep no item on the air.</summary>
    public void End()
    {
        HasEnded = true;
        if (!Items.Any(item => item is MediaBuffer))
        {
            Items.Clear();
        }
    }

    /// <summary>Drops buffers that are presented before a time; the formats among them stay.</summary>
    public void DropBefore(ClockTime time)
    {
        for (int left = Items.Count; left > 0; left--)
        {
            object item = Items.Dequeue();
            if (item is MediaBuffer buffer && buffer.Pts < time)
            {
                buffer.Release();
            }
            else
            {
                Items.Enqueue(item);
            }
        }
    }

    /// <summary>Ends with the first buffer, in decoding order, that would be presented at a time or later, if there is one yet.</summary>
    public void EndAt(ClockTime time)
    {
        bool isOver = false;
        for (int left = Items.Count; left > 0; left--)
        {
            object item = Items.Dequeue();
            isOver |= item is MediaBuffer buffer && buffer.Pts >= time;
            if (!isOver)
            {
                Items.Enqueue(item);
            }
            else
            {
                (item as MediaBuffer)?.Release();
            }
        }

        if (isOver)
        {
            End();
        }
    }

    public void Clear()
    {
        foreach (object item in Items)
        {
            (item as MediaBuffer)?.Release();
        }

        Items.Clear();
    }
}
