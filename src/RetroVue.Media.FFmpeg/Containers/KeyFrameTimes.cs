using RetroVue.Media.FFmpeg.Interop;
using RetroVue.Media.FFmpeg.Native;
using RetroVue.Media.FFmpeg.Packets;
using RetroVue.Media.Time;
using static RetroVue.Media.FFmpeg.Interop.LibAVCodec;
using static RetroVue.Media.FFmpeg.Interop.LibAVUtil;

namespace RetroVue.Media.FFmpeg.Containers;

/// <summary>
/// Reads key frames to find out when they are shown (an index has only decoding times) and whether they are real key frames.
/// </summary>
/// <param name="file">The file.</param>
/// <param name="video">Its picture.</param>
/// <param name="watch">Checks the key frames that are read.</param>
internal sealed unsafe class KeyFrameTimes(InputFile file, StreamInfo video, ChangeWatch watch)
{
    /// <summary>The number of key frames that are checked before the index is trusted.</summary>
    private const int Looks = 8;

    /// <summary>True if the checked key frames, from the first to the last, need no earlier picture.</summary>
    /// <param name="decoded">The decoding times of all key frames.</param>
    public bool AreEntries(List<ClockTime> decoded)
    {
        var looks = Math.Min(Looks, decoded.Count);
        for (var i = 0; i < looks; i++)
        {
            if (!Read(decoded, looks == 1 ? 0 : (int)((long)i * (decoded.Count - 1) / (looks - 1))).IsEntry)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>
    /// True if the key frames are shown as long after decoding as the first one: then their distances are equal in both orders. Checks the
    /// first one and those around the longest interval. In open GOPs, whose leading pictures come first, this is not so.
    /// </summary>
    public bool AreShownAlike(List<ClockTime> decoded)
    {
        var longest = 0;
        for (var i = 1; i < decoded.Count; i++)
        {
            longest = longest == 0 || decoded[i] - decoded[i - 1] > decoded[longest] - decoded[longest - 1] ? i : longest;
        }

        var delay = Delay(0);
        return longest == 0 || (Delay(longest) == delay && Delay(longest - 1) == delay);

        ClockTime Delay(int number) => PresentationOf(decoded, number) - decoded[number];
    }

    /// <summary>Returns when a key frame is shown; its decoding time if the file does not say.</summary>
    /// <param name="decoded">The decoding times of all key frames.</param>
    /// <param name="number">The number of the key frame.</param>
    public ClockTime PresentationOf(List<ClockTime> decoded, int number) => Read(decoded, number).Time;

    private (ClockTime Time, bool IsEntry) Read(List<ClockTime> decoded, int number)
    {
        // A seek uses presentation or decoding times, depending on the container: this time is well after both, and before the next key
        // frame.
        var time = decoded[number];
        var target = number + 1 < decoded.Count ? time + ((decoded[number + 1] - time) / 2) : time + ClockTime.FromSeconds(1);
        if (!file.TrySeek(video, target))
        {
            return (time, false);
        }

        using var handle = new PacketHandle();
        var packet = handle.Pointer;
        while (file.Read(packet) >= 0)
        {
            var isPicture = packet->stream_index == video.Index && packet->dts != AV_NOPTS_VALUE;
            var (pts, at) = (packet->pts, isPicture ? ClockTime.FromUnits(packet->dts, video.TimeBase) : ClockTime.None);
            var isEntry = at == time && PacketMemory.IsEntry(packet, video.Format);
            if (at == time)
            {
                watch.Look(packet, time);
            }

            av_packet_unref(packet);
            if (at >= time)
            {
                return (at == time && pts != AV_NOPTS_VALUE ? ClockTime.FromUnits(pts, video.TimeBase) : time, isEntry);
            }
        }

        return (time, false);
    }
}
