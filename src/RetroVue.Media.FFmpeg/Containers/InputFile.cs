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

/// <summary>A file opened by libavformat, with what it holds; only the picture and the sound that were chosen are read.</summary>
/// <remarks>For one thread at a time; its switch is for any.</remarks>
internal sealed unsafe class InputFile : IDisposable
{
    /// <summary>How many reads may fail one after the other before the file is given up.</summary>
    public const int MostErrorsInARow = 64;

    /// <summary>What the system fetches ahead of a reader by itself (Linux: 128 KiB).</summary>
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

    /// <summary>What file that was, as it stood just before; null if that cannot be told.</summary>
    public FileIdentity? Identity { get; }

    /// <summary>What was named of its streams.</summary>
    public StreamChoice Choice { get; }

    /// <summary>How many bytes it had when it was opened.</summary>
    public long Length { get; }

    /// <summary>Ends blocking calls.</summary>
    public InterruptSwitch Interrupt { get; }

    /// <summary>True once a read has failed or come to the file's end.</summary>
    public bool HasFailed { get; private set; }

    /// <summary>What the file holds.</summary>
    public MediaInfo Info { get; }

    /// <summary>Opens a file and looks at its first packets.</summary>
    /// <param name="path">The file; a regular one.</param>
    /// <param name="interrupt">Ends blocking calls, now and later.</param>
    /// <param name="limit">How long opening may take.</param>
    /// <param name="choice">Which of its streams are wanted; null: the best.</param>
    /// <exception cref="MediaFileException">It cannot be opened, or holds neither picture nor sound, or not what is named.</exception>
    public static InputFile Open(string path, InterruptSwitch interrupt, ClockTime limit, StreamChoice? choice = null) =>
        FFmpegTelemetry.Open("read", () => OpenNow(path, interrupt, limit, choice));

    private static InputFile OpenNow(string path, InterruptSwitch interrupt, ClockTime limit, StreamChoice? choice)
    {
        ThrowUnlessRegular(path);
        // Before it is opened: a change in between then shows as one.
        var identity = FileIdentity.TryRead(path);
        interrupt.Limit(limit);
        try
        {
            return new InputFile(path, identity, InputContext.Open(path, interrupt), interrupt, choice ?? StreamChoice.Best);
        }
        catch (FFmpegException exception)
        {
            throw new MediaFileException(path, Problem(exception, interrupt, limit), exception);
        }
        finally
        {
            interrupt.Unlimit();
        }
    }

    /// <summary>The stream with a number of <see cref="StreamInfo.Index"/>.</summary>
    public AVStream* Stream(int index) => Context->streams[index];

    /// <summary>What the container says of a stream as of the packet that was read last.</summary>
    public EncodedFormat FormatOf(StreamInfo stream) => _formats.Of(stream);

    /// <summary>Says whether packets of a stream are read.</summary>
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
            // What the parser has gathered until then, at the file's end.
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
    /// Looks for pictures of another codec that libavformat keeps to itself. From the first on it is given none of them any more, up to where
    /// the file is read from elsewhere: who wants the file's own codec can do nothing with what follows.
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
    /// Takes a duration for none that no still picture has, or no packet of sound, and a decoding time so far before the presentation that no
    /// decoder holds a picture back for so long: that is what libavformat counts from such durations.
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
    /// Goes to where the container's own index has the last key frame at or before a time; containers without one come near it.
    /// </summary>
    /// <param name="stream">The stream by which to go.</param>
    /// <param name="time">On the line of its PTS.</param>
    /// <returns>False if the file cannot be sought.</returns>
    public bool TrySeek(StreamInfo stream, ClockTime time)
    {
        var ticks = time.ToUnits(stream.TimeBase);
        ReadFromElsewhere();
        return avformat_seek_file(Context, stream.Index, long.MinValue, ticks, ticks, 0) >= 0;
    }

    /// <summary>
    /// True if the container's index says that after a key frame, told by its decoding time in ticks, none is decoded up to a later time.
    /// </summary>
    public bool IsLastKeyFrameUntil(StreamInfo info, long ticks, ClockTime time)
    {
        var stream = Stream(info.Index);
        // An index that does not list every packet may leave out key frames; one without any names no key frame at all.
        if (stream->nb_frames == 0 || avformat_index_get_entries_count(stream) < stream->nb_frames
            || avformat_index_get_entry_from_timestamp(stream, ticks, 0) is var self && (self is null || self->timestamp != ticks))
        {
            return false;
        }

        var next = avformat_index_get_entry_from_timestamp(stream, ticks + 1, 0);
        return next is null || ClockTime.FromUnits(next->timestamp, info.TimeBase) > time;
    }

    /// <summary>Goes to the file's beginning; false if even that cannot be sought.</summary>
    public bool TryRewind()
    {
        ReadFromElsewhere();
        // Program and transport streams find times by reading and miss the very first packets: there the first byte is what is meant.
        return (Context->iformat->flags & AVFMT_TS_DISCONT) != 0
            ? av_seek_frame(Context, -1, 0, AVSEEK_FLAG_BYTE) >= 0
            : TrySeek(FirstWanted(), Info.StartTime - ClockTime.FromSeconds(1));
    }

    /// <summary>Of the streams that are read the one that begins first: containers go no farther back than the first packet of the one they are sought by.</summary>
    private StreamInfo FirstWanted() => new[] { Info.Video, Info.Audio }.OfType<StreamInfo>()
        .Where(stream => Stream(stream.Index)->discard != AVDiscard.AVDISCARD_ALL)
        .MinBy(FirstListed)!;

    /// <summary>The first time of a stream in the container's index; the greatest where it is in none. Of all streams Matroska says that they begin at zero.</summary>
    private ClockTime FirstListed(StreamInfo stream) =>
        avformat_index_get_entry(Stream(stream.Index), 0) is var entry && entry is null ? ClockTime.MaxValue : ClockTime.FromUnits(entry->timestamp, stream.TimeBase);

    /// <inheritdoc/>
    public void Dispose()
    {
        _handle.Dispose();
        _readAhead?.Dispose();
        GC.KeepAlive(Interrupt);
    }

    /// <summary>Opening anything else, a pipe above all, may block where no switch reaches.</summary>
    private static void ThrowUnlessRegular(string path)
    {
        if (Directory.Exists(path))
        {
            throw new MediaFileException(path, "is a directory; name a media file.");
        }

        var file = new FileInfo(path);
        if (!file.Exists)
        {
            // What .NET shows in the place of bytes that are no text.
            throw new MediaFileException(
                path,
                path.Contains('\uFFFD', StringComparison.Ordinal)
                    ? "has a name that is not valid UTF-8, by which it cannot be opened. Rename it."
                    : "does not exist; check the path.");
        }

        if (file.Length == 0)
        {
            throw new MediaFileException(path, "holds nothing: it is empty or not a regular file. Replace it with a whole media file.");
        }
    }

    private static string Problem(FFmpegException exception, InterruptSwitch interrupt, ClockTime limit) => exception.ErrorCode switch
    {
        AVERROR_INVALIDDATA => "is no media file that FFmpeg recognises, or its beginning is damaged; copy or export it again.",
        AVERROR_EOF => "ends before its header does; copy or export it again.",
        AVERROR_EXIT when interrupt.IsThrown => "was not opened: opening was interrupted.",
        AVERROR_EXIT => $"could not be opened within {limit.ToTimeSpan().TotalSeconds:0.#} s: its header is damaged or its disc too slow.",
        _ => $"cannot be opened: {exception.ErrorText}. Check that it is whole and may be read.",
    };

    /// <summary>Read-ahead of two seconds, at the file's mean rate; none where the rate is not known.</summary>
    private FileReadAhead? ReadAhead() =>
        TwoSeconds() is >= LeastReadAhead and var distance ? new FileReadAhead(Path, (long)Math.Min(distance, MostReadAhead)) : null;

    /// <summary>Only where sound goes on does anything come that shows that pictures do not.</summary>
    private SwallowedPictures? LookForSwallowedPictures() => Info is { Container: "mpegts", Video: { } video, Audio: not null }
        ? new SwallowedPictures(Path, video, Stream(video.Index)->id, (long)TwoSeconds())
        : null;

    /// <summary>As many bytes as two seconds take in the mean; 0 where that is not known.</summary>
    private double TwoSeconds() => Info.Duration > ClockTime.Zero ? Length / Info.Duration.ToTimeSpan().TotalSeconds * 2 : 0;

    /// <summary>
    /// If the container's index says all that libavformat's parsers would find in each packet, does without them: that of H.264 takes
    /// 200 kB for as long as the file is open.
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
