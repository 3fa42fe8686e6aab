using System.Runtime.InteropServices;

namespace RetroVue.Media.Memory;

/// <summary>
/// Recycles objects of one kind: each belongs to the thread that first made it, is rented only there and may be returned from any
/// thread. Renting takes no lock and, once warm, allocates nothing.
/// </summary>
/// <typeparam name="T">The object's class, which carries its own link.</typeparam>
/// <remarks>
/// Returns from other threads go on a stack that is only pushed to and taken whole, so the ABA problem of lock-free stacks cannot arise.
/// </remarks>
internal sealed class Recycler<T>
    where T : class, IRecyclable<T>
{
    private readonly Returns _returns = new();
    private T? _own;
    private long _made;

    /// <summary>Objects out of the pool; exact while no thread rents or returns.</summary>
    public long Live => Volatile.Read(ref _made) - Length(Volatile.Read(ref _own)) - Length(Volatile.Read(ref _returns.Last));

    /// <summary>Takes an object back into use, or null if the caller is to make a new one; on the owning thread only.</summary>
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

    // Without a look at the objects: each is fetched from the cache of the thread that returned it when it is rented, and no sooner.
    private T? TakeReturned() => Volatile.Read(ref _returns.Last) is null ? null : Interlocked.Exchange(ref _returns.Last, null);

    /// <summary>What other threads gave back. On cache lines of its own: renting does not touch them until it has nothing else.</summary>
    private sealed class Returns
    {
        public T? Last;
#pragma warning disable CS0169 // Never used: it keeps what lies behind off these cache lines.
        private readonly CacheLines _apart;
#pragma warning restore CS0169
    }

    [StructLayout(LayoutKind.Sequential, Size = 128)]
    private readonly struct CacheLines;
}
