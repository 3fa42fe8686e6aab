using RetroVue.Media.Elements.MpegTs;
using RetroVue.Media.Memory;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using RetroVue.Runtime.Output;

namespace RetroVue.Runtime.Tests.Output;

public sealed class ChunkRingTests
{
    private static readonly ClockTime s_granule = ClockTime.FromMilliseconds(40);

    [Test]
    public void Reader_that_joined_before_a_burst_reads_all_of_it()
    {
        ClockTime now = ClockTime.FromSeconds(100);
        var ring = new ChunkRing(() => new TaskCompletionSource(), () => now);
        Add(ring, 0);
        ChunkReader reader = ring.Read();
        Assert.That(Read(reader), Is.EqualTo(ChunkReadState.Chunk));
        // Ten seconds of output with five key frames come at once.
        for (int granule = 1; granule <= 250; granule++)
        {
            Add(ring, granule);
        }

        for (int granule = 1; granule <= 250; granule++)
        {
            Assert.That(Read(reader), Is.EqualTo(ChunkReadState.Chunk), $"chunk {granule}");
        }

        reader.Dispose();
        ring.Close();
        Assert.That(MediaBuffer.LiveCount, Is.Zero);
    }

    [Test]
    public void Reader_that_reads_nothing_for_longer_than_is_kept_has_lagged()
    {
        ClockTime now = ClockTime.FromSeconds(100);
        var ring = new ChunkRing(() => new TaskCompletionSource(), () => now);
        Add(ring, 0);
        using ChunkReader slow = ring.Read();
        Assert.That(Read(slow), Is.EqualTo(ChunkReadState.Chunk));
        // Key frames are 2 s apart. At the second one, the chunk that the reader waits for is 2 s old, and is kept for this reader alone.
        Run(ring, ref now, 1, 51);
        Assert.That(Read(slow), Is.EqualTo(ChunkReadState.Chunk));
        Run(ring, ref now, 51, 55);
        Assert.That(Read(slow), Is.EqualTo(ChunkReadState.Lagged));
        ring.Close();
        Assert.That(MediaBuffer.LiveCount, Is.Zero);
    }

    [Test]
    public void Chunks_that_all_have_read_are_kept_from_the_place_to_join_on_only()
    {
        ClockTime now = ClockTime.FromSeconds(100);
        var ring = new ChunkRing(() => new TaskCompletionSource(), () => now);
        Add(ring, 0);
        ChunkReader prompt = ring.Read(), left = ring.Read();
        Assert.That(Read(left), Is.EqualTo(ChunkReadState.Chunk));
        left.Dispose();
        for (int granule = 1; granule <= 150; granule++)
        {
            while (Read(prompt) == ChunkReadState.Chunk)
            {
            }

            now += s_granule;
            Add(ring, granule);
            // The ring keeps one chunk for each granule since the key frame, and the chunk that the reader has still to read.
            Assert.That(MediaBuffer.LiveCount, Is.LessThanOrEqualTo((granule % 50) + 2), $"granule {granule}");
        }

        prompt.Dispose();
        ring.Close();
        Assert.That(MediaBuffer.LiveCount, Is.Zero);
    }

    [Test]
    public void Stream_without_key_frames_is_kept_for_a_bounded_time_and_joined_at_its_newest_chunk()
    {
        ClockTime now = ClockTime.FromSeconds(100);
        var ring = new ChunkRing(() => new TaskCompletionSource(), () => now);
        Add(ring, 0);
        long most = ChunkRing.LongestJoin.Nanoseconds / s_granule.Nanoseconds;
        for (int granule = 1; granule <= 1000; granule++)
        {
            now += s_granule;
            Add(ring, granule, isKeyFrame: false);
            Assert.That(MediaBuffer.LiveCount, Is.LessThanOrEqualTo(most + 1), $"granule {granule}");
        }

        using ChunkReader reader = ring.Read();
        Assert.That(Read(reader), Is.EqualTo(ChunkReadState.Chunk), "the newest");
        Assert.That(Read(reader), Is.EqualTo(ChunkReadState.Empty));

        // A viewer who joins begins at the next key frame again.
        Add(ring, 1001, isKeyFrame: true);
        Add(ring, 1002, isKeyFrame: false);
        using ChunkReader next = ring.Read();
        Assert.That(Read(next), Is.EqualTo(ChunkReadState.Chunk));
        Assert.That(Read(next), Is.EqualTo(ChunkReadState.Chunk));
        Assert.That(Read(next), Is.EqualTo(ChunkReadState.Empty));
        ring.Close();
        Assert.That(MediaBuffer.LiveCount, Is.Zero);
    }

    private static void Run(ChunkRing ring, ref ClockTime now, int from, int until)
    {
        for (int granule = from; granule < until; granule++)
        {
            now += s_granule;
            Add(ring, granule);
        }
    }

    private static void Add(ChunkRing ring, int granule) => Add(ring, granule, granule % 50 == 0);

    private static void Add(ChunkRing ring, int granule, bool isKeyFrame)
    {
        ClockTime time = s_granule * granule;
        MediaBuffer buffer = MediaBuffer.Create(HeapMemory.Create(188));
        buffer.Pts = time;
        ring.Add(new TransportStreamChunk(buffer, isKeyFrame ? new TransportStreamCut(time, time) : null));
    }

    private static ChunkReadState Read(ChunkReader reader)
    {
        ChunkReadState state = reader.TryRead(out MediaBuffer? chunk);
        chunk?.Release();
        return state;
    }
}
