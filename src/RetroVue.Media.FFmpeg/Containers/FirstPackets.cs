using RetroVue.Media.FFmpeg.Interop;
using RetroVue.Media.FFmpeg.Packets;
using RetroVue.Media.Time;
using static RetroVue.Media.FFmpeg.Interop.LibAVUtil;

namespace RetroVue.Media.FFmpeg.Containers;

/// <summary>
/// Looks at the first packets of pictures that are decoded in another order than they are shown in, whether the decoding times that the
/// container gives can be used. What was read is kept for the demuxer to hand out first.
/// </summary>
internal sealed unsafe class FirstPackets(InputFile file, PacketPool pool, Queue<PacketMemory> ahead)
{
    private const int MostKept = 400;

    /// <summary>
    /// How many ticks a picture lasts, where decoding times have to follow from the presentation times: the container gives none and no
    /// rate tells how they begin, or it gives some that are later than the presentation. Null where the container's can be used.
    /// </summary>
    public long? StepByPresentation(StreamInfo video)
    {
        if (!video.IsReordered || !TryRead(video, 1))
        {
            return null;
        }

        var (pts, dts) = Times(video)[0];
        var isMissing = dts == AV_NOPTS_VALUE && video.Format.Video is not { FrameRate.IsPositive: true };
        // In an order of its own, the first picture is shown later than it is decoded.
        if (pts == AV_NOPTS_VALUE || !(isMissing || (dts != AV_NOPTS_VALUE && dts >= pts)))
        {
            return null;
        }

        TryRead(video, 2 * (video.ReorderDepth + 1));
        var times = Times(video);
        return isMissing || times.Exists(time => time.Pts != AV_NOPTS_VALUE && time.Dts > time.Pts)
            ? SmallestStep([.. times.Where(time => time.Pts != AV_NOPTS_VALUE).Select(time => time.Pts).Order()])
            : null;
    }

    private List<(long Pts, long Dts)> Times(StreamInfo stream) =>
        [.. ahead.Where(memory => memory.Packet->stream_index == stream.Index).Select(memory => (memory.Packet->pts, memory.Packet->dts))];

    /// <summary>Reads until there are so many packets of a stream; false where there are none at all.</summary>
    private bool TryRead(StreamInfo stream, int count)
    {
        var held = Times(stream).Count;
        while (held < count && ahead.Count < MostKept)
        {
            var memory = pool.Rent();
            if (file.Read(memory.Packet) < 0)
            {
                memory.Release();
                break;
            }

            held += memory.Packet->stream_index == stream.Index ? 1 : 0;
            ahead.Enqueue(memory);
        }

        return held > 0;
    }

    private static long SmallestStep(List<long> times)
    {
        long step = long.MaxValue;
        for (var i = 1; i < times.Count; i++)
        {
            step = times[i] > times[i - 1] ? Math.Min(step, times[i] - times[i - 1]) : step;
        }

        return step == long.MaxValue ? 1 : step;
    }
}
