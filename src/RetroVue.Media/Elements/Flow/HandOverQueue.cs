using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace RetroVue.Media.Elements.Flow;

/// <summary>An unbounded first-in first-out queue between one writing and one reading thread, in linked segments that are reused.</summary>
/// <remarks>No lock, no interlocked operation; allocates only while it grows beyond what it has held before.</remarks>
internal sealed class HandOverQueue<T>
    where T : class
{
    private const int SegmentSize = 128;

    private readonly Side _reader;
    private readonly Side _writer;

    // The segments from this one to the reader's have been read and can be reused, oldest first; only for the writing thread.
    private Segment _oldest;

    public HandOverQueue()
    {
        var first = new Segment();
        _reader = new Side { Segment = first };
        _writer = new Side { Segment = first };
        _oldest = first;
    }

    /// <summary>
    /// The number of items: exact on either thread for its own side; for the writer never too small, for the reader never too large.
    /// </summary>
    public int Count => (int)(Volatile.Read(ref _writer.Count) - Volatile.Read(ref _reader.Count));

    /// <summary>True if the queue holds at least so many items; on the writing thread. Reads the reader's side only if necessary.</summary>
    public bool HoldsAtLeast(int items)
    {
        if (_writer.Count - _writer.SeenOther < items)
        {
            return false;
        }

        _writer.SeenOther = Volatile.Read(ref _reader.Count);
        return _writer.Count - _writer.SeenOther >= items;
    }

    /// <summary>Adds an item; on the writing thread.</summary>
    public void Enqueue(T item)
    {
        Segment tail = _writer.Segment;
        int index = _writer.Index;
        if (index == SegmentSize)
        {
            Segment next = TakeReadOut() ?? new Segment();
            Volatile.Write(ref tail.Next, next);
            _writer.Segment = tail = next;
            index = 0;
        }

        tail.Slots[index].Item = item;
        _writer.Index = index + 1;
        Volatile.Write(ref _writer.Count, _writer.Count + 1);
    }

    /// <summary>Takes the oldest item; on the reading thread.</summary>
    public bool TryDequeue([NotNullWhen(true)] out T? item)
    {
        if (!TryPeek(out item))
        {
            return false;
        }

        _reader.Segment.Slots[_reader.Index].Item = null;
        _reader.Index++;
        Volatile.Write(ref _reader.Count, _reader.Count + 1);
        return true;
    }

    /// <summary>Returns the oldest item without taking it; on the reading thread.</summary>
    public bool TryPeek([NotNullWhen(true)] out T? item)
    {
        if (_reader.SeenOther == _reader.Count)
        {
            _reader.SeenOther = Volatile.Read(ref _writer.Count);
            if (_reader.SeenOther == _reader.Count)
            {
                item = null;
                return false;
            }
        }

        if (_reader.Index == SegmentSize)
        {
            _reader.Index = 0;
            // From here on the writer may reuse the old segment.
            Volatile.Write(ref _reader.Segment, Volatile.Read(ref _reader.Segment.Next)!);
        }

        item = _reader.Segment.Slots[_reader.Index].Item!;
        return true;
    }

    private Segment? TakeReadOut()
    {
        Segment oldest = _oldest;
        if (ReferenceEquals(oldest, Volatile.Read(ref _reader.Segment)))
        {
            return null;
        }

        _oldest = oldest.Next!;
        oldest.Next = null;
        return oldest;
    }

    private sealed class Segment
    {
        public readonly Slot[] Slots = new Slot[SegmentSize];
        public Segment? Next;
    }

    /// <summary>A struct around the item, so that storing it does not check the array's element type.</summary>
    private struct Slot
    {
        public T? Item;
    }

    /// <summary>
    /// The data of one thread: its position, the number of items it has handled, and the other thread's number when it last looked. On
    /// cache lines of its own, which the other thread reads only if necessary.
    /// </summary>
    private sealed class Side
    {
        public required Segment Segment;
        public int Index;
        public long Count;
        public long SeenOther;
#pragma warning disable CS0169 // Never used: it keeps the other thread's object off these cache lines.
        private readonly CacheLines _apart;
#pragma warning restore CS0169
    }

    [StructLayout(LayoutKind.Sequential, Size = 128)]
    private readonly struct CacheLines;
}
