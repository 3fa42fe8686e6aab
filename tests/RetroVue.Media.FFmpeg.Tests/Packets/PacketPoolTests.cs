using RetroVue.Media.FFmpeg.Interop;
using RetroVue.Media.FFmpeg.Native;
using RetroVue.Media.FFmpeg.Packets;
using RetroVue.Media.Memory;
using RetroVue.Media.Pipelines;

namespace RetroVue.Media.FFmpeg.Tests.Packets;

public sealed unsafe class PacketPoolTests
{
    [TearDown]
    public void NothingIsLeft()
    {
        Assert.That(FFmpegHandles.Live, Is.Zero);
        Assert.That(MediaBuffer.LiveCount, Is.Zero);
    }

    [Test]
    public void Released_packet_is_rented_again_empty()
    {
        using var pool = new PacketPool();
        var packet = Rent(pool, 100);
        packet.Release();
        var again = pool.Rent();
        Assert.That(again, Is.SameAs(packet));
        Assert.That(again.Plane(0).Length, Is.Zero);
        again.Release();
    }

    [Test]
    public void Packet_held_longer_than_its_pool_stays_good_and_is_freed_when_released()
    {
        var pool = new PacketPool();
        var packet = Rent(pool, 100);
        pool.Dispose();
        Assert.That(packet.Plane(0).Length, Is.EqualTo(100));
        packet.Release();
        Assert.That(() => pool.Rent(), Throws.TypeOf<ObjectDisposedException>());
    }

    [Test]
    public void Packets_returned_by_other_threads_while_the_pool_is_disposed_are_all_freed()
    {
        for (var round = 0; round < 200; round++)
        {
            var pool = new PacketPool();
            var packets = Enumerable.Range(0, 64).Select(_ => Rent(pool, 1)).ToArray();
            using var start = new Barrier(3);
            var threads = new[] { 0, 1 }.Select(half => new Thread(() =>
            {
                start.SignalAndWait();
                foreach (var packet in packets.Where((_, index) => index % 2 == half))
                {
                    packet.Release();
                }
            })).ToList();
            threads.ForEach(thread => thread.Start());
            start.SignalAndWait();
            pool.Dispose();
            threads.ForEach(thread => thread.Join());
        }
    }

    [Test]
    public void Clone_has_bytes_of_its_own()
    {
        using var pool = new PacketPool();
        var packet = Rent(pool, 4);
        var clone = packet.Clone();
        clone.WritablePlane(0)[0] = 42;
        Assert.That(packet.Plane(0)[0], Is.Not.EqualTo(42));
        clone.Release();
        packet.Release();
    }

    [Test]
    public void Referring_to_other_memory_copies_its_bytes_and_flags()
    {
        var buffer = MediaBuffer.Create(HeapMemory.Copy([1, 2, 3]));
        buffer.Flags = BufferFlags.KeyFrame | BufferFlags.DecodeOnly;
        using (var packet = new PacketHandle())
        {
            PacketMemory.Refer(packet.Pointer, buffer);
            Assert.That(new ReadOnlySpan<byte>(packet.Pointer->data, packet.Pointer->size).ToArray(), Is.EqualTo(new byte[] { 1, 2, 3 }));
            Assert.That(packet.Pointer->flags, Is.EqualTo(LibAVCodec.AV_PKT_FLAG_KEY | LibAVCodec.AV_PKT_FLAG_DISCARD));
        }

        buffer.Release();
    }

    private static PacketMemory Rent(PacketPool pool, int length)
    {
        var packet = pool.Rent();
        Assert.That(LibAVCodec.av_new_packet(packet.Packet, length), Is.Zero);
        packet.WritablePlane(0).Clear();
        return packet;
    }
}
