using System.Globalization;
using RetroVue.Media.FFmpeg.Interop;
using RetroVue.Media.FFmpeg.Native;
using static RetroVue.Media.FFmpeg.Interop.LibAVCodec;
using static RetroVue.Media.FFmpeg.Interop.LibAVFormat;
using static RetroVue.Media.FFmpeg.Interop.LibAVUtil;

namespace RetroVue.Media.FFmpeg.Containers;

/// <summary>Opens files with libavformat, which looks at the first packets, and farther where that does not tell enough.</summary>
/// <remarks>
/// <para>
/// Its limits, 5 MB and 5 to 7 s of media, are enough for nearly every file. The look stays in although mp4 could do without: of the 17 ms
/// that opening an hour takes it is 2, and the rest builds the index.
/// </para>
/// <para>
/// Sound that begins later in a transport stream is in the tables, but nobody knows what it is: then the file is opened once more and
/// looked at up to <see cref="MostBytes"/>, half a minute of most films. Of a picture that is given out only when the next has come,
/// libavformat may not know when it is shown, and says that it begins with the sound: then packets are read up to the first picture.
/// </para>
/// </remarks>
internal static unsafe class InputContext
{
    private const int MostBytes = 32_000_000;

    /// <summary>In microseconds, more than a file of so many bytes lasts: the bytes alone are a limit.</summary>
    private const int MostTime = 600_000_000;

    /// <summary>After so many packets without a time it is taken for certain that the stream has none, as one without a container.</summary>
    private const int MostUntimed = 8;

    /// <summary>Opens a file; the caller closes it.</summary>
    /// <exception cref="FFmpegException">It cannot be opened, or is no media file.</exception>
    public static AVFormatContext* Open(string path, InterruptSwitch interrupt)
    {
        var context = Open(path, interrupt, isFar: false);
        var isFar = !IsKnown(context, AVMediaType.AVMEDIA_TYPE_VIDEO) || !IsKnown(context, AVMediaType.AVMEDIA_TYPE_AUDIO);
        if (isFar)
        {
            avformat_close_input(&context);
            context = Open(path, interrupt, isFar);
        }

        if (FindUntimed(context) is var video and >= 0)
        {
            var start = FirstTime(context, video);
            avformat_close_input(&context);
            context = Open(path, interrupt, isFar);
            if (start != AV_NOPTS_VALUE && video < context->nb_streams)
            {
                context->streams[video]->start_time = start;
            }
        }

        return context;
    }

    private static AVFormatContext* Open(string path, InterruptSwitch interrupt, bool isFar)
    {
        var context = avformat_alloc_context();
        FFmpegErrors.ThrowIfNull(context, "Allocating a demuxer");
        context->interrupt_callback = interrupt.Callback;
        AVDictionary* options = null;
        try
        {
            // A playlist in disguise must not make the process read from anywhere else.
            FFmpegDictionary.Set(&options, "protocol_whitelist", "file");
            if (isFar)
            {
                FFmpegDictionary.Set(&options, "probesize", MostBytes.ToString(CultureInfo.InvariantCulture));
                FFmpegDictionary.Set(&options, "analyzeduration", MostTime.ToString(CultureInfo.InvariantCulture));
            }

            using var url = new NativeText("file:" + Path.GetFullPath(path));
            var before = ErrorMark.Now;
            // Frees the context where it fails.
            avformat_open_input(&context, url, null, &options).ThrowIfError("Opening", before);
            LookAtFirstPackets(context);
            return context;
        }
        catch
        {
            avformat_close_input(&context);
            throw;
        }
        finally
        {
            av_dict_free(&options);
        }
    }

    private static void LookAtFirstPackets(AVFormatContext* context)
    {
        // Anything resembles some codec's packets a little.
        (context->probe_score < AVPROBE_SCORE_RETRY ? AVERROR_INVALIDDATA : 0).ThrowIfError("Recognising the container");
        var before = ErrorMark.Now;
        avformat_find_stream_info(context, null).ThrowIfError("Reading the first packets", before);
    }

    /// <summary>True if it is known of a stream of a kind what it is, or there is none.</summary>
    private static bool IsKnown(AVFormatContext* context, AVMediaType kind)
    {
        var isThere = false;
        for (var i = 0; i < context->nb_streams; i++)
        {
            var coded = context->streams[i]->codecpar;
            if (coded->codec_type == kind && coded->codec_id != AVCodecID.AV_CODEC_ID_NONE)
            {
                isThere = true;
                if (kind == AVMediaType.AVMEDIA_TYPE_VIDEO ? coded->width > 0 : coded->sample_rate > 0)
                {
                    return true;
                }
            }
        }

        return !isThere;
    }

    /// <summary>A picture of which it is not known when it begins; -1 where there is none.</summary>
    private static int FindUntimed(AVFormatContext* context)
    {
        for (var i = 0; i < context->nb_streams; i++)
        {
            var stream = context->streams[i];
            if (stream->codecpar->codec_type == AVMediaType.AVMEDIA_TYPE_VIDEO && stream->codecpar->width > 0
                && (stream->disposition & AV_DISPOSITION_ATTACHED_PIC) == 0 && (stream->start_time == AV_NOPTS_VALUE || BeginsAsAnother(context, i)))
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>
    /// True if a stream is said to begin with another one, and not at zero: where libavformat knows no better it gives the one the other's time.
    /// In transport streams it knows when it knows what the stream is.
    /// </summary>
    private static bool BeginsAsAnother(AVFormatContext* context, int index)
    {
        var start = context->streams[index]->start_time;
        for (var i = 0; i < context->nb_streams && start > 0 && (context->iformat->flags & AVFMT_TS_DISCONT) == 0; i++)
        {
            if (i != index && context->streams[i]->start_time == start)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The presentation time of a stream's first packet that is shown, in ticks; AV_NOPTS_VALUE where none comes, or none has a time.</summary>
    private static long FirstTime(AVFormatContext* context, int index)
    {
        using var packet = new PacketHandle();
        var (time, bytes, untimed) = (AV_NOPTS_VALUE, 0L, 0);
        while (time == AV_NOPTS_VALUE && untimed < MostUntimed && bytes < MostBytes && av_read_frame(context, packet.Pointer) >= 0)
        {
            bytes += packet.Pointer->size;
            // What is only decoded comes before the beginning.
            if (packet.Pointer->stream_index == index && (packet.Pointer->flags & AV_PKT_FLAG_DISCARD) == 0)
            {
                time = packet.Pointer->pts;
                untimed++;
            }

            av_packet_unref(packet.Pointer);
        }

        return time;
    }
}
