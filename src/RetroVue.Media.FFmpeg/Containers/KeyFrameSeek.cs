using RetroVue.Media.FFmpeg.Interop;
using RetroVue.Media.FFmpeg.Packets;
using RetroVue.Media.Time;
using static RetroVue.Media.FFmpeg.Interop.LibAVCodec;
using static RetroVue.Media.FFmpeg.Interop.LibAVUtil;

namespace RetroVue.Media.FFmpeg.Containers;

/// <summary>
/// Seeks to the last key frame that is presented at or before a time, independently of the accuracy of the container's own seek.
/// </summary>
/// <remarks>
/// mp4's index contains only decoding times, so it gives a key frame that is shown too late, or, with an edit list, one that is too early.
/// A transport stream has no index at all, and a seek leads between key frames. So packets are read up to the time, and the key frame is
/// chosen among them. The packets from there on are kept for the demuxer, which returns them first: they are needed to decode the pictures
/// at the time.
/// </remarks>
internal sealed unsafe class KeyFrameSeek(InputFile file, PacketPool pool, Queue<PacketMemory> ahead)
{
    private const int MostKept = 20_000;

    /// <summary>
    /// How far back to look for a key frame that needs no earlier picture. Streams with gradual refresh have none; there a picture is used
    /// from which a decoder recovers.
    /// </summary>
    private static readonly ClockTime s_farthest = ClockTime.FromSeconds(16);

    private bool _mayRecover;

    /// <summary>Seeks; to the file's beginning if there is no key frame before <paramref name="target"/>.</summary>
    /// <param name="stream">The stream of the key frames.</param>
    /// <param name="target">The time, on the line of the stream's PTS.</param>
    /// <returns>False if the file cannot be sought; then it is at its beginning.</returns>
    public bool TryGoTo(StreamInfo stream, ClockTime target)
    {
        // Without times a seek is not possible.
        if (stream.StartTime.IsNone)
        {
            return false;
        }

        if (!file.TrySeek(stream, target))
        {
            file.TryRewind();
            return false;
        }

        var start = file.Info.StartTime;
        var isFound = ReadToTarget(stream, target);
        for (var step = ClockTime.FromSeconds(1); !isFound; step *= 2)
        {
            Clear();
            _mayRecover = step > s_farthest;
            var from = target - step;
            if (from <= start || !file.TrySeek(stream, from))
            {
                file.TryRewind();
                ReadToTarget(stream, target);
                return true;
            }

            isFound = ReadToTarget(stream, target);
        }

        return true;
    }

    private void Clear()
    {
        while (ahead.TryDequeue(out var memory))
        {
            memory.Release();
        }
    }

    /// <summary>
    /// Reads until no later key frame can be the right one; true if there was one, which is then the first of the kept packets.
    /// </summary>
    private bool ReadToTarget(StreamInfo stream, ClockTime target)
    {
        var isFound = false;
        while (ahead.Count < MostKept)
        {
            var memory = pool.Rent();
            var packet = memory.Packet;
            if (file.Read(packet) < 0)
            {
                memory.Release();
                return isFound;
            }

            if (packet->stream_index == stream.Index)
            {
                var shown = TimeOf(packet->pts, packet->dts, stream);
                if (IsKeyFrame(packet, stream) && shown <= target)
                {
                    DropBefore(stream, shown);
                    isFound = true;
                    if (file.IsLastKeyFrameUntil(stream, packet->dts, target))
                    {
                        // The following packets are read when they are needed.
                        ahead.Enqueue(memory);
                        return true;
                    }
                }

                if (TimeOf(packet->dts, packet->pts, stream) > target)
                {
                    ahead.Enqueue(memory);
                    return isFound;
                }
            }

            ahead.Enqueue(memory);
        }

        return isFound;
    }

    private bool IsKeyFrame(AVPacket* packet, StreamInfo stream) =>
        _mayRecover ? (packet->flags & AV_PKT_FLAG_KEY) != 0 : PacketMemory.IsEntry(packet, stream.Format);

    /// <summary>Drops the kept packets of the stream, and those of other streams before the time.</summary>
    private void DropBefore(StreamInfo stream, ClockTime time)
    {
        for (var left = ahead.Count; left > 0; left--)
        {
            var memory = ahead.Dequeue();
            var packet = memory.Packet;
            var index = packet->stream_index;
            if (index != stream.Index && TimeOf(packet->pts, packet->dts, file.Info.Streams[index]) >= time)
            {
                ahead.Enqueue(memory);
            }
            else
            {
                memory.Release();
            }
        }
    }

    private static ClockTime TimeOf(long ticks, long otherwise, StreamInfo stream)
    {
        ticks = ticks == AV_NOPTS_VALUE ? otherwise : ticks;
        return ticks == AV_NOPTS_VALUE ? ClockTime.None : ClockTime.FromUnits(ticks, stream.TimeBase);
    }
}
