using RetroVue.Media.FFmpeg.Interop;
using RetroVue.Media.FFmpeg.Native;
using RetroVue.Media.FFmpeg.Packets;
using RetroVue.Media.Time;
using static RetroVue.Media.FFmpeg.Interop.LibAVCodec;
using static RetroVue.Media.FFmpeg.Interop.LibAVFormat;
using static RetroVue.Media.FFmpeg.Interop.LibAVUtil;

namespace RetroVue.Media.FFmpeg.Containers;

/// <summary>Collects the information about a file that is needed to schedule it.</summary>
/// <remarks>
/// If a file has an index of all its packets (MP4), only its end and a few key frames are read. Other files, and incomplete files, are read
/// completely, without decoding. The readable part counts: an incomplete file ends where reading ends. Thread-safe; blocks.
/// </remarks>
public static unsafe partial class MediaProbe
{
    private static readonly ClockTime s_openLimit = ClockTime.FromSeconds(30);

    /// <inheritdoc cref="Probe(string, StreamChoice?, CancellationToken)"/>
    public static ProbedMedia Probe(string path, CancellationToken cancellationToken = default) => Probe(path, null, cancellationToken);

    /// <summary>Probes a file.</summary>
    /// <param name="path">The path of a regular file.</param>
    /// <param name="streams">The choice among its streams; null: the best.</param>
    /// <param name="cancellationToken">Cancels the probe, even during a read.</param>
    /// <exception cref="MediaFileException">The file cannot be opened, or contains neither picture nor sound that can be read, or not the
    /// chosen stream.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static ProbedMedia Probe(string path, StreamChoice? streams, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Probe(path, streams, new InterruptSwitch(), cancellationToken);
    }

    private static ProbedMedia Probe(string path, StreamChoice? streams, InterruptSwitch interrupt, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var registration = cancellationToken.Register(() => interrupt.Throw());
        try
        {
            using var file = InputFile.Open(path, interrupt, s_openLimit, streams);
            var probed = Probe(file);
            cancellationToken.ThrowIfCancellationRequested();
            return probed;
        }
        catch (MediaFileException) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
    }

    private static ProbedMedia Probe(InputFile file)
    {
        var info = file.Info;
        var interval = new KeyFrameInterval();
        var rate = new MeasuredRate();
        var videoWatch = info.Video is null ? null : new ChangeWatch(file, info.Video);
        var audioWatch = info.Audio is null ? null : new ChangeWatch(file, info.Audio);
        bool isListed = false;
        if (info.Video is { } video && ListsEveryPacket(file, video) && TryGoToLastKeyFrame(file, video, interval, videoWatch!))
        {
            isListed = true;
            AddListed(file, video, rate);
            AddListed(file, info.Audio, rate);
        }

        var (videoEnd, audioEnd, hasUntimedPictures) = ReadToEnd(file, interval, isListed ? null : rate, videoWatch, audioWatch);
        if (videoEnd.IsNone && audioEnd.IsNone)
        {
            throw new MediaFileException(file.Path, "contains no picture or sound that can be read: it is incomplete or damaged. Copy or export it again.");
        }

        // If each picture needs earlier ones, the whole file is a single interval.
        interval.Add(interval.IsEmpty ? info.StartTime : ClockTime.None);
        interval.Add(videoEnd);
        var probed = new ProbedMedia(info, videoEnd - info.StartTime, audioEnd - info.StartTime, info.Video is null ? ClockTime.None : interval.Longest);
        return probed with
        {
            HasUntimedPictures = hasUntimedPictures,
            PeakBitRate = rate.Peak,
            AverageBitRate = rate.Average(probed.Duration),
            Changes = [.. videoWatch?.Found ?? [], .. audioWatch?.Found ?? []],
        };
    }

    private static void AddListed(InputFile file, StreamInfo? info, MeasuredRate rate)
    {
        if (info is null)
        {
            return;
        }

        var stream = file.Stream(info.Index);
        var count = avformat_index_get_entries_count(stream);
        for (var i = 0; i < count; i++)
        {
            var entry = avformat_index_get_entry(stream, i);
            rate.Add(ClockTime.FromUnits(entry->timestamp, info.TimeBase), entry->Size);
        }
    }

    /// <summary>
    /// True if the container's index lists all pictures, and the file contains all of them. The index of an incomplete file goes on beyond
    /// the file's end.
    /// </summary>
    private static bool ListsEveryPacket(InputFile file, StreamInfo video)
    {
        var stream = file.Stream(video.Index);
        return stream->nb_frames > 0 && avformat_index_get_entries_count(stream) >= stream->nb_frames
            && HoldsWhatIsListed(file, video) && (file.Info.Audio is not { } audio || HoldsWhatIsListed(file, audio));
    }

    private static bool HoldsWhatIsListed(InputFile file, StreamInfo info)
    {
        var stream = file.Stream(info.Index);
        for (var i = avformat_index_get_entries_count(stream) - 1; i >= 0; i--)
        {
            var entry = avformat_index_get_entry(stream, i);
            if (entry->pos + entry->Size > file.Length)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>
    /// Takes the key frames from the index and seeks to the last one. Returns false, at the beginning, if the index has none or is wrong.
    /// </summary>
    private static bool TryGoToLastKeyFrame(InputFile file, StreamInfo video, KeyFrameInterval interval, ChangeWatch watch)
    {
        var stream = file.Stream(video.Index);
        var count = avformat_index_get_entries_count(stream);
        List<ClockTime> decoded = [];
        for (var i = 0; i < count; i++)
        {
            var entry = avformat_index_get_entry(stream, i);
            if (entry->IsKeyFrame)
            {
                decoded.Add(ClockTime.FromUnits(entry->timestamp, video.TimeBase));
            }
        }

        if (decoded.Count == 0)
        {
            return false;
        }

        var times = new KeyFrameTimes(file, video, watch);
        if (!times.AreEntries(decoded))
        {
            file.TryRewind();
            return false;
        }

        if (!video.IsReordered || times.AreShownAlike(decoded))
        {
            decoded.ForEach(interval.Add);
        }
        else
        {
            for (var i = 0; i < decoded.Count; i++)
            {
                interval.Add(times.PresentationOf(decoded, i));
            }
        }

        file.TrySeek(video, decoded[^1]);
        return true;
    }

    /// <summary>Reads as a <see cref="FileDemuxer"/> does, until that ends or gives up.</summary>
    private static (ClockTime Video, ClockTime Audio, bool HasUntimedPictures) ReadToEnd(
        InputFile file, KeyFrameInterval interval, MeasuredRate? rate, ChangeWatch? videoWatch, ChangeWatch? audioWatch)
    {
        var (video, audio) = (file.Info.Video, file.Info.Audio);
        var ahead = new Queue<PacketMemory>();
        using var pool = new PacketPool();
        using var videoTimes = video is null ? null : new PacketTimes(video, new FirstPackets(file, pool, ahead).Look(video));
        using var audioTimes = audio is null ? null : new PacketTimes(audio);
        var (videoEnd, audioEnd) = (ClockTime.None, ClockTime.None);
        var (pictures, untimed) = (0L, 0L);
        for (var errorsInARow = 0; errorsInARow <= InputFile.MostErrorsInARow;)
        {
            if (!ahead.TryDequeue(out var memory))
            {
                memory = pool.Rent();
                var code = file.Read(memory.Packet);
                errorsInARow = code < 0 ? errorsInARow + 1 : 0;
                if (code < 0)
                {
                    memory.Release();
                    if (code is AVERROR_EOF or AVERROR_EXIT)
                    {
                        break;
                    }

                    continue;
                }
            }

            var packet = memory.Packet;
            if (packet->stream_index == video?.Index)
            {
                var time = videoTimes!.Next(packet);
                videoEnd = Later(videoEnd, time.End);
                pictures++;
                untimed += time.Pts.IsNone ? 1 : 0;
                rate?.Add(time.Dts, packet->size);
                videoWatch!.Look(packet, time.Pts.IsNone ? time.Dts : time.Pts);
                if (PacketMemory.IsEntry(packet, video!.Format))
                {
                    interval.Add(time.Pts.IsNone ? time.Dts : time.Pts);
                }
            }
            else if (packet->stream_index == audio?.Index)
            {
                var time = audioTimes!.Next(packet);
                audioEnd = Later(audioEnd, time.End);
                rate?.Add(time.Pts, packet->size);
                audioWatch!.Look(packet, time.Pts);
            }

            memory.Release();
        }

        // A few may come from damage.
        return (videoEnd, audioEnd, untimed * 100 > pictures);
    }

    private static ClockTime Later(ClockTime a, ClockTime b) => a.IsNone || b > a ? b : a;
}
