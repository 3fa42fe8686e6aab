using RetroVue.Media.FFmpeg.Formats;
using RetroVue.Media.FFmpeg.Interop;
using RetroVue.Media.FFmpeg.Native;
using RetroVue.Media.Time;
using static RetroVue.Media.FFmpeg.Interop.LibAVFormat;
using static RetroVue.Media.FFmpeg.Interop.LibAVUtil;

namespace RetroVue.Media.FFmpeg.Containers;

/// <summary>Describes the content of a file that libavformat has opened.</summary>
internal static unsafe class InputDescription
{
    /// <summary>Describes all streams of a file and chooses the picture and the sound.</summary>
    /// <param name="context">The file; libavformat has read its first packets.</param>
    /// <param name="path">The path by which it was opened.</param>
    /// <param name="choice">The choice among its streams.</param>
    /// <exception cref="MediaFileException">The file contains neither picture nor sound, or not the chosen streams.</exception>
    public static MediaInfo Of(AVFormatContext* context, string path, StreamChoice choice)
    {
        var streams = new StreamInfo[context->nb_streams];
        for (var i = 0; i < streams.Length; i++)
        {
            streams[i] = Describe(context, context->streams[i]);
        }

        var (video, audio) = new StreamSelection(context, streams, choice, path).Choose();
        if (video < 0 && audio < 0)
        {
            throw new MediaFileException(path, $"contains no picture or sound that FFmpeg {FFmpegLibrary.Release} can read; convert it to another codec.");
        }

        var chosen = new[] { video, audio }.Where(index => index >= 0).Select(index => streams[index]).ToList();
        var start = chosen.Where(stream => !stream.StartTime.IsNone).Select(stream => stream.StartTime).DefaultIfEmpty(ClockTime.Zero).Min();
        var end = chosen.Max(stream => stream.StartTime + stream.Duration);
        var duration = context->duration > 0 ? ClockTime.FromMicroseconds(context->duration) : ClockTime.None;
        return new MediaInfo(path, NativeText.Read(context->iformat->name)!, start, end.IsNone ? duration : end - start, streams)
        {
            Video = video < 0 ? null : streams[video],
            Audio = audio < 0 ? null : streams[audio],
        };
    }

    private static StreamInfo Describe(AVFormatContext* context, AVStream* stream)
    {
        var timeBase = stream->time_base.ToRational();
        var aspect = av_guess_sample_aspect_ratio(context, stream, null).ToRational();
        var format = CodecParameters.Read(stream->codecpar, FrameRate(stream), aspect) with { SideData = stream->SideData.ToManaged() };
        var orientation = DisplayMatrix.ToOrientation(format, out var tilt);
        return new StreamInfo(
            stream->index,
            format.Video is { } video ? format with { Video = video with { Orientation = orientation } } : format,
            timeBase,
            ToTime(stream->start_time, timeBase),
            stream->duration > 0 ? ToTime(stream->duration, timeBase) : ClockTime.None)
        {
            IsAttachedPicture = (stream->disposition & AV_DISPOSITION_ATTACHED_PIC) != 0,
            ReorderDepth = stream->codecpar->video_delay,
            Tilt = tilt,
            Language = FFmpegDictionary.Read(stream->metadata).Find(entry => entry.Key.Equals("language", StringComparison.OrdinalIgnoreCase)).Value,
        };
    }

    private static ClockTime ToTime(long ticks, Rational timeBase) => ticks == AV_NOPTS_VALUE ? ClockTime.None : ClockTime.FromUnits(ticks, timeBase);

    /// <summary>
    /// Returns the rate that libavformat derives from the smallest step between pictures, unless it is far from their average: then the
    /// average is used for interlaced pictures; other streams have a variable rate.
    /// </summary>
    private static Rational FrameRate(AVStream* stream)
    {
        if (stream->codecpar->codec_type != AVMediaType.AVMEDIA_TYPE_VIDEO)
        {
            return default;
        }

        var (nominal, average) = (stream->r_frame_rate.ToRational(), stream->avg_frame_rate.ToRational());
        if (!nominal.IsPositive || !average.IsPositive)
        {
            return nominal.IsPositive ? nominal : average;
        }

        return nominal.ToDouble() / average.ToDouble() is > 0.98 and < 1.02
            ? nominal
            : stream->codecpar->field_order > AVFieldOrder.AV_FIELD_PROGRESSIVE ? average : default;
    }
}
