using RetroVue.Media.FFmpeg.Interop;
using RetroVue.Media.FFmpeg.Packets;
using RetroVue.Media.Time;
using static RetroVue.Media.FFmpeg.Interop.LibAVCodec;
using static RetroVue.Media.FFmpeg.Interop.LibAVUtil;

namespace RetroVue.Media.FFmpeg.Containers;

/// <summary>Goes to the last key frame that is presented at or before a time, whatever the container's own seeking makes of that.</summary>
/// <remarks>
/// mp4's index knows decoding times only and may name a key frame that is shown too late; a transport stream has no index at all and is
/// entered between key frames. So packets are read until the key frame is sure, and kept for the demuxer to hand out first.
/// </remarks>
internal sealed unsafe class KeyFrameSeek(InputFile file, PacketPool pool, Queue<PacketMemory> ahead)
{
    private const int MostKept = 50_000;

    /// <summary>Goes there; at the file's beginning, if that has no key frame before <paramref name="target"/>.</summary>
    /// <param name="stream">Whose key frames count.</param>
    /// <param name="target">On the line of its PTS.</param>
    /// <returns>False where the file cannot be sought; then it stands at its beginning.</returns>
    public bool TryGoTo(StreamInfo stream, ClockTime target)
    {
        if (!file.TrySeek(stream, target))
        {
            return false;
        }

        var isFound = ReadToKeyFrame(stream, target, isNearest: true);
        for (var step = ClockTime.FromSeconds(1); !isFound; step *= 2)
        {
            var from = ClockTime.Max(target - step, file.Info.StartTime);
            Clear();
            if (!file.TrySeek(stream, from))
            {
                return false;
            }

            isFound = ReadToKeyFrame(stream, target, isNearest: false) || from == file.Info.StartTime;
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
    /// Reads on until no later key frame can be the one; true where there was one. Where the container was asked for the nearest one, a
    /// key frame in first place is it.
    /// </summary>
    private bool ReadToKeyFrame(StreamInfo stream, ClockTime target, bool isNearest)
    {
        var isFound = false;
        var isFirst = true;
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
                var isKey = (packet->flags & AV_PKT_FLAG_KEY) != 0;
                if (isKey && shown <= target)
                {
                    DropBefore(stream, shown);
                    isFound = true;
                }

                if ((isFirst && isFound && isNearest) || TimeOf(packet->dts, packet->pts, stream) > target)
                {
                    ahead.Enqueue(memory);
                    return isFound;
                }

                isFirst = false;
            }

            ahead.Enqueue(memory);
        }

        return isFound;
    }

    /// <summary>Drops what was kept of the stream, and of the others what lies before the time.</summary>
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
