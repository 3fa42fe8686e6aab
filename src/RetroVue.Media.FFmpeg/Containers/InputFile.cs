using RetroVue.Media.Blocking;
using RetroVue.Media.FFmpeg.Formats;
using RetroVue.Media.FFmpeg.Interop;
using RetroVue.Media.FFmpeg.Native;
using RetroVue.Media.Formats;
using RetroVue.Media.Time;
using static RetroVue.Media.FFmpeg.Interop.LibAVCodec;
using static RetroVue.Media.FFmpeg.Interop.LibAVFormat;
using static RetroVue.Media.FFmpeg.Interop.LibAVUtil;

namespace RetroVue.Media.FFmpeg.Containers;

/// <summary>A file that libavformat has opened, and its description; only the selected picture and sound are read.</summary>
/// <remarks>For one thread at a time; its switch is for any thread.</remarks>
internal sealed unsafe class InputFile : IDisposable
{
    /// <summary>The number of consecutive failed reads after which the file is given up.</summary>
    public const int MostErrorsInARow = 64;

    /// <summary>The system's own read-ahead (Linux: 128 KiB).</summary>
    private const int LeastReadAhead = 128 << 10;

    private const int MostReadAhead = 16 << 20;

    private readonly InputFormatHandle _handle;
    private readonly FileReadAhead? _readAhead;
    private readonly StreamFormats _formats;
    private readonly SwallowedPictures? _swallowed;
    private bool _isSwallowing;

    private InputFile(string path, FileIdentity? identity, AVFormatContext* opened, InterruptSwitch interrupt, StreamChoice choice)
    {
        _handle = new InputFormatHandle(opened);
        (Path, Identity, Interrupt, Choice) = (path, identity, interrupt, choice);
        Context = opened;
        Length = new FileInfo(path).Length;
        try
        {
            Info = InputDescription.Of(opened, path, choice);
            foreach (var stream in Info.Streams)
            {
                Want(stream.Index, stream.Index == Info.Video?.Index || stream.Index == Info.Audio?.Index);
            }

            _formats = new StreamFormats(Info.Streams);
            DoWithoutParsers();
            _readAhead = ReadAhead();
            _swallowed = LookForSwallowedPictures();
        }
        catch
        {
            _handle.Dispose();
            throw;
        }
    }

    /// <summary>The demuxer.</summary>
    public AVFormatContext* Context { get; }

    /// <summary>The path by which it was opened.</summary>
    public string Path { get; }

    /// <summary>The identity of the file just before it was opened; null if it cannot be read.</summary>
    public FileIdentity? Identity { get; }

    /// <summary>The choice among its streams.</summary>
    public StreamChoice Choice { get; }

    /// <summary>The number of bytes when it was opened.</summary>
    public long Length { get; }

    /// <summary>Ends blocking calls.</summary>
    public InterruptSwitch Interrupt { get; }

    /// <summary>True once a read has failed or reached the file's end.</summary>
    public bool HasFailed { get; private set; }

    /// <summary>The description of the file.</summary>
    public MediaInfo Info { get; }

    /// <summary>Opens a file and reads its first packets.</summary>
    /// <param name="path">The path of a regular file.</param>
    /// <param name="interrupt">Ends blocking calls, now and later.</param>
    /// <param name="limit">The longest time for opening.</param>
    /// <param name="choice">The choice among its streams; null: the best.</param>
    /// <exception cref="MediaFileException">The file cannot be opened, or contains neither picture nor sound, or not the chosen
    /// stream.</exception>
    public static InputFile Open(string path, InterruptSwitch interrupt, ClockTime limit, StreamChoice? choice = null) =>
        FFmpegTelemetry.Open("read", () => OpenNow(path, interrupt, limit, choice));

    private static InputFile OpenNow(string path, InterruptSwitch interrupt, ClockTime limit, StreamChoice? choice)
    {
        ThrowUnlessRegular(path);
        // Before the file is opened, so that a change in between is detected.
        var identity = FileIdentity.TryRead(path);
        interrupt.Limit(limit);
        try
        {
            return new InputFile(path, identity, InputContext.Open(path, interrupt), interrupt, choice ?? StreamChoice.Best);
        }
        catch (FFmpegException exception) when (exception is not MediaFileException)
        {
            throw new MediaFileException(path, Problem(exception, interrupt, limit), exception);
        }
        finally
        {
            interrupt.Unlimit();
        }
    }

    /// <summary>Returns the stream with an index (<see cref="StreamInfo.Index"/>).</summary>
    public AVStream* Stream(int index) => Context->streams[index];

    /// <summary>Returns the container's description of a stream after the last packet.</summary>
    public EncodedFormat FormatOf(StreamInfo stream) => _formats.Of(stream);

    /// <summary>Sets whether packets of a stream are read.</summary>
    public void Want(int index, bool isWanted)
    {
        _isSwallowing = false;
        Stream(index)->discard = isWanted ? AVDiscard.AVDISCARD_DEFAULT : AVDiscard.AVDISCARD_ALL;
    }

    /// <summary>Reads the next packet of any stream into an empty packet.</summary>
    /// <returns>Zero, or FFmpeg's error: AVERROR_EOF at the end.</returns>
    public int Read(AVPacket* packet)
    {
        if (_swallowed is { IsDue: true } && TrySwallowed(packet))
        {
            return 0;
        }

        var code = av_read_frame(Context, packet);
        while (code >= 0 && _isSwallowing && packet->stream_index == Info.Video!.Index)
        {
            // At the file's end, the packets that the parser has collected so far.
            av_packet_unref(packet);
            code = av_read_frame(Context, packet);
        }

        HasFailed |= code < 0;
        if (code >= 0)
        {
            LeaveOutImpossible(packet);
            _formats.Follow(packet);
            if (packet->pos >= 0)
            {
                _readAhead?.Follow(packet->pos);
                _swallowed?.Follow(packet);
            }
        }

        return code;
    }

    /// <summary>
    /// Looks for pictures of another codec that libavformat does not return. From the first one on, libavformat gets no more of them until
    /// the next seek, because a reader of the file's own codec cannot use what follows.
    /// </summary>
    private bool TrySwallowed(AVPacket* packet)
    {
        var stream = Stream(Info.Video!.Index);
        if ((!_isSwallowing && stream->discard == AVDiscard.AVDISCARD_ALL) || !_swallowed!.TryTake(packet))
        {
            return false;
        }

        _isSwallowing = true;
        stream->discard = AVDiscard.AVDISCARD_ALL;
        return true;
    }

    private void ReadFromElsewhere()
    {
        _swallowed?.Restart();
        if (_isSwallowing)
        {
            Want(Info.Video!.Index, true);
        }
    }

    /// <summary>
    /// Removes a duration that is too long for a fixed picture or a packet of sound, and a decoding time that is further before the
    /// presentation than any decoder holds back a picture: libavformat computes such times from such durations.
    /// </summary>
    private void LeaveOutImpossible(AVPacket* packet)
    {
        const long longestPicture = 24 * 3600, longestSound = 60, longestHeld = 600;
        var stream = Stream(packet->stream_index);
        var longest = stream->codecpar->codec_type == AVMediaType.AVMEDIA_TYPE_AUDIO ? longestSound : longestPicture;
        var tick = stream->time_base;
        var second = Math.Max(tick.den / Math.Max(tick.num, 1), 1);
        packet->duration = packet->duration > longest * second ? 0 : packet->duration;
        packet->dts = packet->pts != AV_NOPTS_VALUE && packet->dts < packet->pts - (longestHeld * second) ? AV_NOPTS_VALUE : packet->dts;
    }

    /// <summary>
    /// Seeks to the last key frame at or before a time in the container's own index; containers without an index come near it.
    /// </summary>
    /// <param name="stream">The stream for the seek.</param>
    /// <param name="time">The time, on the line of the stream's PTS.</param>
    /// <returns>False if the file cannot be sought.</returns>
    public bool TrySeek(StreamInfo stream, ClockTime time)
    {
        var ticks = time.ToUnits(stream.TimeBase);
        ReadFromElsewhere();
        return avformat_seek_file(Context, stream.Index, long.MinValue, ticks, ticks, 0) >= 0;
    }

    /// <summary>
    /// True if, by the container's index, no other key frame is decoded between a key frame, given by its decoding time in ticks, and a
    /// later time.
    /// </summary>
    public bool IsLastKeyFrameUntil(StreamInfo info, long ticks, ClockTime time)
    {
        var stream = Stream(info.Index);
        // An index that does not list all packets may omit key frames; without any index no key frame is known.
        if (stream->nb_frames == 0 || avformat_index_get_entries_count(stream) < stream->nb_frames
            || avformat_index_get_entry_from_timestamp(stream, ticks, 0) is var self && (self is null || self->timestamp != ticks))
        {
            return false;
        }

        var next = avformat_index_get_entry_from_timestamp(stream, ticks + 1, 0);
        return next is null || ClockTime.FromUnits(next->timestamp, info.TimeBase) > time;
    }

    /// <summary>Seeks to the file's beginning; false if even that is not possible.</summary>
    public bool TryRewind()
    {
        ReadFromElsewhere();
        // For program and transport streams a seek by time reads the file and misses the very first packets, so this seeks to the first
        // byte.
        return (Context->iformat->flags & AVFMT_TS_DISCONT) != 0
            ? av_seek_frame(Context, -1, 0, AVSEEK_FLAG_BYTE) >= 0
            : TrySeek(FirstWanted(), Info.StartTime - ClockTime.FromSeconds(1));
    }

    /// <summary>
    /// Returns the selected stream that begins first: containers seek no further back than the first packet of the stream used for the
    /// seek.
    /// </summary>
    private StreamInfo FirstWanted() => new[] { Info.Video, Info.Audio }.OfType<StreamInfo>()
        .Where(stream => Stream(stream.Index)->discard != AVDiscard.AVDISCARD_ALL)
        .MinBy(FirstListed)!;

    /// <summary>
    /// Returns the first time of a stream in the container's index; the greatest time if it is not listed. (Matroska reports zero as the
    /// beginning of all streams.)
    /// </summary>
    private ClockTime FirstListed(StreamInfo stream) =>
        avformat_index_get_entry(Stream(stream.Index), 0) is var entry && entry is null ? ClockTime.MaxValue : ClockTime.FromUnits(entry->timestamp, stream.TimeBase);

    /// <inheritdoc/>
    public void Dispose()
    {
        _handle.Dispose();
        _readAhead?.Dispose();
        GC.KeepAlive(Interrupt);
    }

    /// <summary>Rejects everything but regular files: opening a pipe, for example, may block where no switch can end it.</summary>
    private static void ThrowUnlessRegular(string path)
    {
        if (Directory.Exists(path))
        {
            throw new MediaFileException(path, "is a directory; name a media file.");
        }

        var file = new FileInfo(path);
        if (!file.Exists)
        {
            // .NET shows this character for bytes that are not text.
            throw new MediaFileException(
                path,
                path.Contains('\uFFFD', StringComparison.Ordinal)
                    ? "cannot be opened, because its name is not valid UTF-8. Rename it."
                    : "does not exist; check the path.");
        }

        if (file.Length == 0)
        {
            throw new MediaFileException(path, "is empty or not a regular file. Replace it with a complete media file.");
        }
    }

    private static string Problem(FFmpegException exception, InterruptSwitch interrupt, ClockTime limit) => exception.ErrorCode switch
    {
        AVERROR_INVALIDDATA => "is not a media file that FFmpeg recognises, or its beginning is damaged; copy or export it again.",
        AVERROR_EOF => "ends inside its header; copy or export it again.",
        AVERROR_EXIT when interrupt.IsThrown => "was not opened: opening was interrupted.",
        AVERROR_EXIT => $"could not be opened within {limit.ToTimeSpan().TotalSeconds:0.#} s: its header is damaged or its disk too slow.",
        _ => $"cannot be opened: {exception.ErrorText}. Check that it is complete and that this user may read it.",
    };

    /// <summary>Makes a read-ahead of two seconds, by the file's mean rate; none if the rate is not known.</summary>
    private FileReadAhead? ReadAhead() =>
        TwoSeconds() is >= LeastReadAhead and var distance ? new FileReadAhead(Path, (long)Math.Min(distance, MostReadAhead)) : null;

    /// <summary>
    /// Makes the watch for missing pictures, if the file has sound too: only continuing sound shows that pictures are missing.
    /// </summary>
    private SwallowedPictures? LookForSwallowedPictures() => Info is { Container: "mpegts", Video: { } video, Audio: not null }
        ? new SwallowedPictures(Path, video, Stream(video.Index)->id, (long)TwoSeconds())
        : null;

    /// <summary>Returns the mean number of bytes in two seconds; 0 if it is not known.</summary>
    private double TwoSeconds() => Info.Duration > ClockTime.Zero ? Length / Info.Duration.ToTimeSpan().TotalSeconds * 2 : 0;

    /// <summary>
    /// Disables libavformat's parsers if the container's index contains everything that they would find: the parser of H.264 takes 200 kB
    /// while the file is open.
    /// </summary>
    private void DoWithoutParsers()
    {
        if (Info.Container.Contains("mp4", StringComparison.Ordinal)
            && new[] { Info.Video, Info.Audio }.OfType<StreamInfo>().All(stream => stream.Format.Codec is "h264" or "hevc" or "aac"))
        {
            Context->flags |= AVFMT_FLAG_NOPARSE;
        }
    }
}
