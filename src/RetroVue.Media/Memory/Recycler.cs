using System.Runtime.InteropServices;

namespace RetroVue.Media.Memory;

/// <summary>
/// Recycles objects of one kind. Each belongs to the thread that made it; only that thread rents it, and any thread may return it. Renting
/// takes no lock and, after a start-up phase, allocates nothing.
/// </summary>
/// <typeparam name="T">The class of the objects; it contains their link.</typeparam>
/// <remarks>
/// Other threads return objects to a stack that is only pushed to or taken as a whole, so the ABA problem of lock-free stacks cannot occur.
/// </remarks>
internal sealed class Recycler<T>
    where T : class, IRecyclable<T>
{
    private readonly Returns _returns = new();
    private T? _own;
    private long _made;

    /// <summary>The number of objects in use; exact while no thread rents or returns.</summary>
    public long Live => Volatile.Read(ref _made) - Length(Volatile.Read(ref _own)) - Length(Volatile.Read(ref _returns.Last));

    /// <summary>Rents an object; null if the caller has to make a new one. Only on the owning thread.</summary>
    public T? TryRent()
    {
        T? item = _own ?? TakeReturned();
        if (item is null)
        {
            _made++;
            return null;
        }

        _own = item.NextFree;
        item.NextFree = null;
        return item;
    }

    /// <summary>Returns an object on the owning thread.</summary>
    public void ReturnHere(T item)
    {
        item.NextFree = _own;
        _own = item;
    }

    /// <summary>Returns an object on any thread.</summary>
    public void ReturnFromAnywhere(T item)
    {
        T? head = Volatile.Read(ref _returns.Last);
        while (true)
        {
            item.NextFree = head;
            T? seen = Interlocked.CompareExchange(ref _returns.Last, item, head);
            if (ReferenceEquals(seen, head))
            {
                return;
            }

            head = seen;
        }
    }

    private static long Length(T? list)
    {
        long length = 0;
        for (; list is not null; list = list.NextFree)
        {
            length++;
        }

        return length;
    }

    // Without access to the objects: each is loaded into this thread's cache only when it is rented.
    private T? TakeReturned() => Volatile.Read(ref _returns.Last) is null ? null : Interlocked.Exchange(ref _returns.Last, null);

    /// <summary>
    /// The objects that other threads returned. On cache lines of its own: renting does not touch them until the own list is empty.
    /// </summary>
    private sealed class Returns
    {
        public T? Last;
#pragma warning disable CS0169 // Never used: it keeps later fields off these cache lines.
        private readonly CacheLines _apart;
#pragma warning restore CS0169
    }

    [StructLayout(LayoutKind.Sequential, Size = 128)]
    private readonly struct CacheLines;
}
