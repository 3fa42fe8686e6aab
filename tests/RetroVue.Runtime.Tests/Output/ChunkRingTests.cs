using RetroVue.Media.Elements.MpegTs;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using RetroVue.Runtime.Output;

namespace RetroVue.Runtime.Tests.Output;

public sealed class ChunkRingTests
{
    [Test]
    public void Reader_that_joined_before_a_burst_reads_all_of_it()
    {
        ClockTime now = ClockTime.FromSeconds(100);
        var ring = new ChunkRing(() => new TaskCompletionSource(), () => now);
        Add(ring, 0);
        ChunkReader reader = ring.Read();
        Assert.That(Read(reader), Is.EqualTo(ChunkReadState.Chunk));
        // Ten seconds of output, five key frames, in no time.
        for (int granule = 1; granule <= 250; granule++)
        {
            Add(ring, granule);
        }

        for (int granule = 1; granule <= 250; granule++)
        {
            Assert.That(Read(reader), Is.EqualTo(ChunkReadState.Chunk), $"chunk {granule}");
        }

        // Whoever reads nothing for longer than is kept has fallen behind.
        now += ChunkRing.Depth + ClockTime.FromSeconds(1);
        ChunkReader slow = ring.Read();
        Assert.That(Read(slow), Is.EqualTo(ChunkReadState.Chunk));
        for (int granule = 251; granule <= 501; granule++)
        {
            now += ClockTime.FromMilliseconds(40);
            Add(ring, granule);
        }

        Assert.That(Read(slow), Is.EqualTo(ChunkReadState.Lagged));
        ring.Close();
        Assert.That(MediaBuffer.LiveCount, Is.Zero);
    }

    private static void Add(ChunkRing ring, int granule)
    {
        ClockTime time = ClockTime.FromMilliseconds(40 * granule);
        MediaBuffer buffer = MediaBuffer.Create(HeapMemory.Create(188));
        buffer.Pts = time;
        ring.Add(new TransportStreamChunk(buffer, granule % 50 == 0 ? new TransportStreamCut(time, time) : null));
    }

    private static ChunkReadState Read(ChunkReader reader)
    {
        ChunkReadState state = reader.TryRead(out MediaBuffer? chunk);
        chunk?.Release();
        return state;
    }
}
