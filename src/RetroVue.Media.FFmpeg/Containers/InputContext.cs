using System.Globalization;
using RetroVue.Media.FFmpeg.Interop;
using RetroVue.Media.FFmpeg.Native;
using static RetroVue.Media.FFmpeg.Interop.LibAVCodec;
using static RetroVue.Media.FFmpeg.Interop.LibAVFormat;
using static RetroVue.Media.FFmpeg.Interop.LibAVUtil;

namespace RetroVue.Media.FFmpeg.Containers;

/// <summary>Opens files with libavformat, which reads the first packets, or more if they are not sufficient.</summary>
/// <remarks>
/// <para>
/// libavformat's limits, 5 MB and 5 to 7 s of media, are sufficient for nearly all files. The read is done for mp4 too, which could do
/// without it: it takes 2 of the 17 ms for opening an hour of mp4; the rest is for the index.
/// </para>
/// <para>
/// If sound begins later in a transport stream, the tables list it but its parameters are unknown. Then the file is opened again and up to
/// <see cref="MostBytes"/> are read, half a minute of most films. If libavformat returns a picture only when the next one has come, it may
/// not know the time of the first one, and reports that it begins with the sound. Then packets are read up to the first picture.
/// </para>
/// </remarks>
internal static unsafe class InputContext
{
    private const int MostBytes = 32_000_000;

    /// <summary>In microseconds; longer than any file of that many bytes, so that only the bytes limit.</summary>
    private const int MostTime = 600_000_000;

    /// <summary>After this many packets without a time the stream certainly has none, like a stream without a container.</summary>
    private const int MostUntimed = 8;

    /// <summary>Opens a file; the caller closes it.</summary>
    /// <exception cref="FFmpegException">The file cannot be opened, or is not a media file.</exception>
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
            // A disguised playlist must not make the process read from other addresses.
            FFmpegDictionary.Set(&options, "protocol_whitelist", "file");
            if (isFar)
            {
                FFmpegDictionary.Set(&options, "probesize", MostBytes.ToString(CultureInfo.InvariantCulture));
                FFmpegDictionary.Set(&options, "analyzeduration", MostTime.ToString(CultureInfo.InvariantCulture));
            }

            using var url = new NativeText("file:" + Path.GetFullPath(path));
            var before = ErrorMark.Now;
            // Frees the context on failure.
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
        // Any data resembles packets of some codec a little.
        (context->probe_score < AVPROBE_SCORE_RETRY ? AVERROR_INVALIDDATA : 0).ThrowIfError("Recognising the container");
        var before = ErrorMark.Now;
        avformat_find_stream_info(context, null).ThrowIfError("Reading the first packets", before);
    }

    /// <summary>True if the parameters of a kind of stream are known, or there is no such stream.</summary>
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

    /// <summary>Returns a picture stream whose beginning is not known; -1 if there is none.</summary>
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
    /// True if a stream reportedly begins with another one, and not at zero: if libavformat does not know the time, it uses the other
    /// stream's. In transport streams it knows the time if it knows the stream's parameters.
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

    /// <summary>
    /// Returns the presentation time of a stream's first packet that is shown, in ticks; AV_NOPTS_VALUE if there is none, or none has a
    /// time.
    /// </summary>
    private static long FirstTime(AVFormatContext* context, int index)
    {
        using var packet = new PacketHandle();
        var (time, bytes, untimed) = (AV_NOPTS_VALUE, 0L, 0);
        while (time == AV_NOPTS_VALUE && untimed < MostUntimed && bytes < MostBytes && av_read_frame(context, packet.Pointer) >= 0)
        {
            bytes += packet.Pointer->size;
            // Packets that are only decoded precede the beginning.
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
