namespace RetroVue.Media.FFmpeg.Packets;

/// <summary>
/// The packets of one source, a demuxer or an encoder: rented by its task, returned from any thread, freed with the pool. Warm, neither
/// allocates managed memory nor takes a lock.
/// </summary>
/// <remarks>
/// Renting is for one thread at a time. Packets still out when the pool is disposed are good as long as they are held, and freed when
/// they come back.
/// </remarks>
internal sealed class PacketPool : IDisposable
{
    private PacketMemory? _own;
    private PacketMemory? _returned;
    private volatile bool _isClosed;

    /// <summary>A packet without content, with one reference.</summary>
    /// <exception cref="ObjectDisposedException">The pool has been disposed.</exception>
    public PacketMemory Rent()
    {
        ObjectDisposedException.ThrowIf(_isClosed, this);
        var packet = _own ?? Interlocked.Exchange(ref _returned, null);
        if (packet is null)
        {
            return new PacketMemory(this);
        }

        _own = packet.NextFree;
        packet.NextFree = null;
        packet.MakeLive();
        return packet;
    }

    /// <summary>Takes a packet without content back; any thread.</summary>
    public void Return(PacketMemory packet)
    {
        // Taken whole and pushed singly, so a packet that comes back twice between the look and the exchange does no harm.
        var head = Volatile.Read(ref _returned);
        while (true)
        {
            packet.NextFree = head;
            var seen = Interlocked.CompareExchange(ref _returned, packet, head);
            if (ReferenceEquals(seen, head))
            {
                break;
            }

            head = seen;
        }

        if (_isClosed)
        {
            FreeReturned();
        }
    }

    /// <summary>Frees the packets that are not in use; on the thread that rents, or when no step runs.</summary>
    public void Dispose()
    {
        _isClosed = true;
        // Either this takes a packet that is just coming back, or who brings it sees the pool closed.
        Interlocked.MemoryBarrier();
        Free(_own);
        _own = null;
        FreeReturned();
    }

    private void FreeReturned() => Free(Interlocked.Exchange(ref _returned, null));

    private static void Free(PacketMemory? packet)
    {
        while (packet is not null)
        {
            var next = packet.NextFree;
            packet.NextFree = null;
            packet.Free();
            packet = next;
        }
    }
}
