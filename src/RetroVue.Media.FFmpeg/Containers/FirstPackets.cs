using RetroVue.Media.FFmpeg.Interop;
using RetroVue.Media.FFmpeg.Packets;
using RetroVue.Media.Formats;
using RetroVue.Media.Time;
using static RetroVue.Media.FFmpeg.Interop.LibAVCodec;
using static RetroVue.Media.FFmpeg.Interop.LibAVUtil;

namespace RetroVue.Media.FFmpeg.Containers;

/// <summary>
/// Looks at the first packets of a stream to find out whether the container's times can be used, and how to derive missing ones. The
/// packets are kept for the demuxer, which returns them first.
/// </summary>
internal sealed unsafe class FirstPackets(InputFile file, PacketPool pool, Queue<PacketMemory> ahead)
{
    private const int MostKept = 400;

    /// <summary>A second by which pictures may precede their sound, and 0.7 s within which one packet has a time.</summary>
    private const int MostBeforeTime = 200;

    /// <summary>Enough to include neighbours in any presentation order, and both fields of the first picture.</summary>
    private const int MostPictures = 2 * (DecodingTimes.MostReordering + 1);

    /// <summary>
    /// In program streams only the first picture in a packet has a time, in broadcasts only the first field. The standard only requires a
    /// time every 0.7 s (ISO/IEC 13818-1 2.7.4).
    /// </summary>
    private bool MayLeaveOutTimes => file.Info.Container is "mpeg" or "mpegts";

    /// <summary>Looks at a stream if the times of its first packets are not sufficient.</summary>
    public FirstLook Look(StreamInfo stream)
    {
        var mayLeaveOut = MayLeaveOutTimes && stream.Format.Codec is ("h264" or "hevc");
        return mayLeaveOut || stream.IsReordered ? LookAtPictures(stream, mayLeaveOut) : new FirstLook { First = MayLeaveOutTimes ? FirstTime(stream) : null };
    }

    private FirstLook LookAtPictures(StreamInfo video, bool mayLeaveOut)
    {
        if (!TryRead(video, 3))
        {
            return default;
        }

        if (!mayLeaveOut && !Times(video).Exists(time => time.Pts == AV_NOPTS_VALUE))
        {
            return new FirstLook(StepByPresentation(video));
        }

        TryRead(video, MostPictures);
        var look = LookAtOrder(video) ?? LookAtReferences(video);
        return Times(video).Exists(time => time.Pts == AV_NOPTS_VALUE) ? look : look with { StepByPresentation = StepByPresentation(video) };
    }

    /// <summary>Returns the presentation time of a stream's first packet, if only a later packet gives it.</summary>
    private ClockTime? FirstTime(StreamInfo stream)
    {
        var before = 0L;
        var looked = 0;
        do
        {
            foreach (var memory in ahead.Skip(looked))
            {
                looked++;
                var packet = memory.Packet;
                if (packet->stream_index != stream.Index)
                {
                    continue;
                }

                var duration = packet->duration > 0 ? packet->duration : StepOfRate(stream);
                if (packet->pts != AV_NOPTS_VALUE || duration == 0)
                {
                    return before > 0 && packet->pts != AV_NOPTS_VALUE ? ClockTime.FromUnits(packet->pts - before, stream.TimeBase) : null;
                }

                before += duration;
            }
        }
        while (looked < MostBeforeTime && TryReadOne(out _));
        return null;
    }

    private long? StepByPresentation(StreamInfo video)
    {
        var (pts, dts) = Times(video)[0];
        var isMissing = dts == AV_NOPTS_VALUE && video.Format.Video is not { FrameRate.IsPositive: true };
        // In reordered streams, the first picture is shown later than it is decoded.
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

    /// <summary>Reads the order from the pictures; null if they do not contain it.</summary>
    private FirstLook? LookAtOrder(StreamInfo video)
    {
        using var order = PictureOrder.Of(video.Format.Codec, file.Stream(video.Index));
        List<long> counts = [];
        (long Pts, long Order)? known = null;
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
            known ??= memory.Packet->pts == AV_NOPTS_VALUE ? null : (memory.Packet->pts, count);
        }

        if (counts.Count == 0)
        {
            return null;
        }

        var first = counts[0];
        counts.Sort();
        // Fields increase the order by one each. Frames increase it by two in most streams, and by one in others. A single frame shows
        // neither, but then nothing depends on it.
        var unit = hasFields ? 2 : SmallestStep(counts);
        var (told, measured) = (StepOfRate(video), hasFields ? 0 : MeasuredStep(video));
        return new FirstLook(
            (measured > 0 ? measured : told) / (hasFields ? 2 : 1), PictureOrder.Of(video.Format.Codec, file.Stream(video.Index)), unit, counts[0], hasFields, measured)
        {
            Known = known,
            Leading = (int)Math.Min((first - counts[0]) / unit, DecodingTimes.MostReordering),
        };
    }

    /// <summary>Reads the order of the pictures of MPEG-1 and MPEG-2 within the first group.</summary>
    private FirstLook LookAtReferences(StreamInfo video)
    {
        var look = new FirstLook(FrameStep: MeasuredStep(video));
        var count = 0;
        foreach (var memory in ahead.Where(memory => memory.Packet->stream_index == video.Index && look.Known is null))
        {
            if (video.Format.Codec is not ("mpeg1video" or "mpeg2video")
                || !MissingPresentations.TryReadReference(memory.Packet, out var reference, out var beginsGroup) || (beginsGroup && count > 0))
            {
                break;
            }

            look = look with
            {
                Leading = count++ == 0 && beginsGroup ? (int)Math.Min(reference, DecodingTimes.MostReordering) : look.Leading,
                Known = memory.Packet->pts == AV_NOPTS_VALUE ? null : (memory.Packet->pts, reference),
            };
        }

        return look;
    }

    private static long StepOfRate(StreamInfo video) => video.Format.Video is { FrameRate.IsPositive: true } format
        ? ClockTime.FromUnits(1, format.FrameRate.Inverse).ToUnits(video.TimeBase)
        : 0;

    /// <summary>
    /// Returns the mean duration of a picture by the decoding times, if all have one and it differs clearly from the declared rate;
    /// otherwise 0.
    /// </summary>
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

    /// <summary>Reads until there are a number of packets of a stream; false if there are none at all.</summary>
    private bool TryRead(StreamInfo stream, int count)
    {
        var held = Times(stream).Count;
        while (held < count && ahead.Count < MostKept && TryReadOne(out var index))
        {
            held += index == stream.Index ? 1 : 0;
        }

        return held > 0;
    }

    private bool TryReadOne(out int index)
    {
        var memory = pool.Rent();
        if (file.Read(memory.Packet) < 0)
        {
            memory.Release();
            index = -1;
            return false;
        }

        index = memory.Packet->stream_index;
        ahead.Enqueue(memory);
        return true;
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
