using RetroVue.Media.FFmpeg.Interop;
using RetroVue.Media.FFmpeg.Packets;
using RetroVue.Media.Formats;
using RetroVue.Media.Time;
using static RetroVue.Media.FFmpeg.Interop.LibAVCodec;
using static RetroVue.Media.FFmpeg.Interop.LibAVUtil;

namespace RetroVue.Media.FFmpeg.Containers;

/// <summary>
/// Looks at the first packets of pictures that are decoded in another order than they are shown in, whether the times that the container
/// gives can be used. What was read is kept for the demuxer to hand out first.
/// </summary>
internal sealed unsafe class FirstPackets(InputFile file, PacketPool pool, Queue<PacketMemory> ahead)
{
    private const int MostKept = 400;

    /// <summary>Enough for pictures that are neighbours in any order of presentation, and for both fields of the first.</summary>
    private const int MostPictures = 2 * (DecodingTimes.MostReordering + 1);

    /// <summary>Looks at the pictures, where their order matters.</summary>
    public FirstLook Look(StreamInfo video)
    {
        // In program streams a packet gives a time to the first picture in it, in broadcasts to the first field.
        var mayLeaveOut = video.Format.Codec is "h264" or "hevc" && (file.Info.Container == "mpeg" || (file.Info.Container == "mpegts" && video.Format.Video?.Interlacing != Interlacing.Progressive));
        if (!(video.IsReordered || mayLeaveOut) || !TryRead(video, 3))
        {
            return default;
        }

        if (!mayLeaveOut && !Times(video).Exists(time => time.Pts == AV_NOPTS_VALUE))
        {
            return new FirstLook(StepByPresentation(video));
        }

        TryRead(video, MostPictures);
        return LookAtOrder(video) ?? new FirstLook(FrameStep: MeasuredStep(video));
    }

    private long? StepByPresentation(StreamInfo video)
    {
        var (pts, dts) = Times(video)[0];
        var isMissing = dts == AV_NOPTS_VALUE && video.Format.Video is not { FrameRate.IsPositive: true };
        // In an order of its own, the first picture is shown later than it is decoded.
        if (!(isMissing || (dts != AV_NOPTS_VALUE && dts >= pts)))
        {
            return null;
        }

        TryRead(video, 2 * (video.ReorderDepth + 1));
        var times = Times(video);
        return isMissing || times.Exists(time => time.Pts != AV_NOPTS_VALUE && time.Dts > time.Pts)
            ? SmallestStep([.. times.Where(time => time.Pts != AV_NOPTS_VALUE).Select(time => time.Pts).Order()])
            : null;
    }

    /// <summary>What the pictures say of their order; null where they say nothing.</summary>
    private FirstLook? LookAtOrder(StreamInfo video)
    {
        using var order = PictureOrder.Of(video.Format.Codec, file.Stream(video.Index));
        List<long> counts = [];
        var hasFields = false;
        foreach (var memory in ahead.Where(memory => memory.Packet->stream_index == video.Index))
        {
            if (order?.Read(memory.Packet) is not { } count)
            {
                return null;
            }

            if (counts.Count > 0 && !order.IsContinuous && count <= 0 && (memory.Packet->flags & AV_PKT_FLAG_KEY) != 0)
            {
                break;
            }

            hasFields |= order.IsField;
            counts.Add(count);
        }

        if (counts.Count == 0)
        {
            return null;
        }

        counts.Sort();
        // Fields count by one each. Frames do by two in most streams, and by one in others; a single one tells nothing, and then nothing depends on it.
        var unit = hasFields ? 2 : SmallestStep(counts);
        var (told, measured) = (StepOfRate(video), hasFields ? 0 : MeasuredStep(video));
        return new FirstLook(
            (measured > 0 ? measured : told) / (hasFields ? 2 : 1), PictureOrder.Of(video.Format.Codec, file.Stream(video.Index)), unit, counts[0], hasFields, measured);
    }

    private static long StepOfRate(StreamInfo video) => video.Format.Video is { FrameRate.IsPositive: true } format
        ? ClockTime.FromUnits(1, format.FrameRate.Inverse).ToUnits(video.TimeBase)
        : 0;

    /// <summary>How long a picture lasts by the mean of the decoding times, where all have one and the rate that is told is not about that; else 0.</summary>
    private long MeasuredStep(StreamInfo video)
    {
        var (times, told) = (Times(video), StepOfRate(video));
        if (times.Count < 2 || times.Exists(time => time.Dts == AV_NOPTS_VALUE))
        {
            return 0;
        }

        var mean = (times[^1].Dts - times[0].Dts + (times.Count / 2)) / (times.Count - 1);
        return Math.Abs(mean - told) * 4 < told ? 0 : mean;
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
