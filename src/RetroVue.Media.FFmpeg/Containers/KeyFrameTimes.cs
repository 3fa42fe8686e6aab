using RetroVue.Media.FFmpeg.Interop;
using RetroVue.Media.FFmpeg.Native;
using RetroVue.Media.FFmpeg.Packets;
using RetroVue.Media.Time;
using static RetroVue.Media.FFmpeg.Interop.LibAVCodec;
using static RetroVue.Media.FFmpeg.Interop.LibAVUtil;

namespace RetroVue.Media.FFmpeg.Containers;

/// <summary>Finds out by reading them when key frames are shown, of which an index says only when they are decoded, and whether they are any.</summary>
/// <param name="file">The file.</param>
/// <param name="video">Its picture.</param>
/// <param name="watch">Sees the key frames that are read.</param>
internal sealed unsafe class KeyFrameTimes(InputFile file, StreamInfo video, ChangeWatch watch)
{
    /// <summary>How many key frames of an index are looked at before it is believed.</summary>
    private const int Looks = 8;

    /// <summary>True if those of the key frames that are looked at, from the first to the last, need nothing before them.</summary>
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
    /// True if the key frames are shown as long after decoding as the first: then they are as far apart in both. Looked at are the first
    /// and those around the longest interval, because of open groups, where pictures in between come first, they are not.
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

    /// <summary>When a key frame is shown; its decoding time where the file does not say.</summary>
    /// <param name="decoded">The decoding times of all key frames.</param>
    /// <param name="number">Which.</param>
    public ClockTime PresentationOf(List<ClockTime> decoded, int number) => Read(decoded, number).Time;

    private (ClockTime Time, bool IsEntry) Read(List<ClockTime> decoded, int number)
    {
        // Seeking takes times of presentation or of decoding, as it likes: a time well after both, and before the next key frame.
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
