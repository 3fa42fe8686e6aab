using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using RetroVue.Runtime.Channels;
using RetroVue.Runtime.Output;

namespace RetroVue.Runtime.Tests.Channels;

/// <summary>In real time: a viewer who joins a copied channel in the middle of an item gets a burst of media up to the live edge.</summary>
public sealed class LiveEdgeTests
{
    private static readonly Rational s_tick = new(1, 90_000);

    /// <summary>The time by which a picture is sent before it is shown: the decoder's delay.</summary>
    private static readonly ClockTime s_ahead = ClockTime.FromMilliseconds(500);

    /// <summary>
    /// The newest received picture may be less far ahead than that, by: a granule of 40 ms that is being made, the 80 ms between two
    /// wakings of a viewer, and three pictures of 40 ms, because two of them may wait until a picture that is shown later has been sent.
    /// The remaining 60 ms are for a busy machine.
    /// </summary>
    private static readonly ClockTime s_tolerance = ClockTime.FromMilliseconds(40 + 80 + 120 + 60);

    [Test]
    public async Task Join_in_the_middle_of_a_copied_item_is_at_the_live_edge_within_a_second([Values] bool isWarm)
    {
        await using LiveStation live = await LiveStation.CreateAsync(ClockTime.Zero);
        // This visit runs the code once before the measurement. A good part of a group of pictures passes meanwhile.
        await live.VisitAsync(live.Station.Channels[0], isHls: false, ClockTime.FromMilliseconds(3500));
        ChannelManager channel = live.Station.Channels[isWarm ? 0 : 1];
        var line = new ChannelLine(live.Station.Clock.AsClock(), ChannelLine.DefaultEpoch);

        ClockTime asked = line.Now;
        ViewerSession session = await channel.JoinAsync(new JoinRequest("test"));
        ChunkReader reader = session.Output.Stream.Read();
        ClockTime first = ClockTime.None, newest = ClockTime.None, arrived = ClockTime.None;
        while (arrived.IsNone && line.Now - asked < ClockTime.FromSeconds(5))
        {
            switch (reader.TryRead(out MediaBuffer? chunk))
            {
                case ChunkReadState.Chunk:
                    foreach (ClockTime pts in PictureTimes(chunk!.Data.ToArray(), near: asked))
                    {
                        first = first.IsNone ? pts : first;
                        newest = newest.IsNone ? pts : ClockTime.Max(newest, pts);
                    }

                    chunk.Release();
                    break;
                case ChunkReadState.Empty:
                    // The viewer has read all that was sent. Only now is the stream compared with the clock.
                    ClockTime now = line.Now;
                    arrived = newest >= now + s_ahead - s_tolerance ? now : ClockTime.None;
                    await Task.WhenAny(reader.News, live.WaitAsync(ClockTime.FromMilliseconds(200)));
                    break;
                case var state:
                    Assert.Fail($"The stream is {state}.");
                    break;
            }
        }

        await session.DisposeAsync();
        await TestContext.Out.WriteLineAsync($"began {asked - first} behind the join, at the live edge {arrived - asked} after it, {newest - arrived} ahead");
        // If the stream did not begin before the join, the viewer had nothing to catch up on.
        Assert.That(first, Is.LessThan(asked));
        Assert.That(arrived - asked, Is.LessThan(ClockTime.FromSeconds(1)));
        // The stream must not run ahead of the room that decoders have: half a second before decoding. A picture is shown up to four
        // pictures (160 ms) after it is decoded: x264 puts two between others, and adds a delay of two. One millisecond is for the rounding
        // to ticks of 90 kHz.
        Assert.That(newest - arrived, Is.LessThan(s_ahead + ClockTime.FromMilliseconds(160 + 1)));
    }

    /// <summary>
    /// Returns the presentation times of the pictures that begin in these transport packets, on the channel's line; ISO/IEC 13818-1,
    /// 2.4.3.6.
    /// </summary>
    private static IEnumerable<ClockTime> PictureTimes(byte[] packets, ClockTime near)
    {
        const int packetSize = 188, picturePid = 0x100;
        for (int at = 0; at < packets.Length; at += packetSize)
        {
            int pid = ((packets[at + 1] & 0x1F) << 8) | packets[at + 2];
            bool isStart = (packets[at + 1] & 0x40) != 0;
            if (pid == picturePid && isStart)
            {
                bool hasAdaptation = (packets[at + 3] & 0x20) != 0;
                int pes = at + 4 + (hasAdaptation ? 1 + packets[at + 4] : 0);
                long pts = ((long)(packets[pes + 9] & 0x0E) << 29) | ((long)packets[pes + 10] << 22) | ((long)(packets[pes + 11] & 0xFE) << 14)
                    | ((long)packets[pes + 12] << 7) | ((long)packets[pes + 13] >> 1);
                yield return Unwrap(pts, near);
            }
        }
    }

    private static ClockTime Unwrap(long ticks, ClockTime near)
    {
        const long wrap = 1L << 33;
        long expected = near.ToUnits(s_tick);
        long difference = (((ticks - expected) % wrap) + wrap) % wrap;
        return ClockTime.FromUnits(expected + (difference > wrap / 2 ? difference - wrap : difference), s_tick);
    }
}
