namespace RetroVue.Media.FFmpeg.Packets;

/// <summary>
/// The packets of one source, a demuxer or an encoder: rented by its task, returned from any thread, freed with the pool. After a start-up
/// phase, neither operation allocates managed memory or takes a lock.
/// </summary>
/// <remarks>
/// Renting is for one thread at a time. Packets in use when the pool is disposed of stay valid while they are held, and are freed when they
/// come back.
/// </remarks>
internal sealed class PacketPool : IDisposable
{
    private PacketMemory? _own;
    private PacketMemory? _returned;
    private volatile bool _isClosed;

    /// <summary>Rents an empty packet, with one reference.</summary>
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

    /// <summary>Takes an empty packet back; any thread.</summary>
    public void Return(PacketMemory packet)
    {
        // The list is taken as a whole and pushed to singly, so a packet that comes back twice between the read and the exchange does no
        // harm.
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

    /// <summary>Frees the packets that are not in use; on the renting thread, or while no step runs.</summary>
    public void Dispose()
    {
        _isClosed = true;
        // Either this takes a packet that is just coming back, or the returning thread sees that the pool is closed.
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
