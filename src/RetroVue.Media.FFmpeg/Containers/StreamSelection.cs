using RetroVue.Media.FFmpeg.Interop;
using RetroVue.Media.Formats;
using static RetroVue.Media.FFmpeg.Interop.LibAVFormat;

namespace RetroVue.Media.FFmpeg.Containers;

/// <summary>Chooses the picture and the sound of an opened file by the rules of <see cref="StreamChoice"/>.</summary>
internal sealed unsafe class StreamSelection(AVFormatContext* context, IReadOnlyList<StreamInfo> streams, StreamChoice choice, string path)
{
    private const int OutOfTime = AV_DISPOSITION_ATTACHED_PIC | AV_DISPOSITION_TIMED_THUMBNAILS;

    private const int NotTheFilm = AV_DISPOSITION_COMMENT | AV_DISPOSITION_LYRICS | AV_DISPOSITION_KARAOKE | AV_DISPOSITION_HEARING_IMPAIRED
        | AV_DISPOSITION_VISUAL_IMPAIRED | AV_DISPOSITION_CLEAN_EFFECTS | AV_DISPOSITION_NON_DIEGETIC | AV_DISPOSITION_DESCRIPTIONS
        | AV_DISPOSITION_DEPENDENT;

    private static readonly HashSet<string> s_pictureFiles =
        new(StringComparer.Ordinal) { "mjpeg", "png", "bmp", "tiff", "webp", "jpegxl", "jpeg2000", "ppm" };

    /// <summary>Languages with two codes in ISO 639-2: the bibliographic and the terminologic one.</summary>
    private static readonly Dictionary<string, string> s_ownNames = new(StringComparer.OrdinalIgnoreCase)
    {
        ["alb"] = "sqi", ["arm"] = "hye", ["baq"] = "eus", ["bur"] = "mya", ["chi"] = "zho", ["cze"] = "ces", ["dut"] = "nld", ["fre"] = "fra",
        ["geo"] = "kat", ["ger"] = "deu", ["gre"] = "ell", ["ice"] = "isl", ["mac"] = "mkd", ["mao"] = "mri", ["may"] = "msa", ["per"] = "fas",
        ["rum"] = "ron", ["slo"] = "slk", ["tib"] = "bod", ["wel"] = "cym",
    };

    /// <summary>Returns the numbers of the picture stream and the sound stream; -1 if there is none.</summary>
    /// <exception cref="MediaFileException">The file does not contain the named stream.</exception>
    public (int Video, int Audio) Choose()
    {
        var video = choice.Video is { } asked ? Named(asked, MediaKind.Video, "picture") : Best(Of(MediaKind.Video), VideoRank);
        return (video?.Index ?? -1, ChooseAudio(video)?.Index ?? -1);
    }

    private StreamInfo? ChooseAudio(StreamInfo? video)
    {
        var all = Of(MediaKind.Audio);
        if (choice.Audio is not { } wanted)
        {
            return Best(all, stream => AudioRank(stream, video));
        }

        return choice.AudioIndex is { } index
            ? Named(index, MediaKind.Audio, "sound")
            : Best(all.Where(stream => IsLanguage(stream, wanted)), stream => AudioRank(stream, video)) ?? throw NotHeld($"in '{wanted}'", "sound", all);
    }

    private List<StreamInfo> Of(MediaKind kind) =>
        [.. streams.Where(stream => stream.Format.Kind == kind && HasCodec(stream) && (Disposition(stream) & OutOfTime) == 0)];

    private bool HasCodec(StreamInfo stream) => context->streams[stream.Index]->codecpar->codec_id != AVCodecID.AV_CODEC_ID_NONE;

    private int Disposition(StreamInfo stream) => context->streams[stream.Index]->disposition;

    /// <summary>Returns the stream with the highest rank; of equals the first.</summary>
    private static StreamInfo? Best<TRank>(IEnumerable<StreamInfo> candidates, Func<StreamInfo, TRank> rank) => candidates.MaxBy(rank);

    private (bool, bool, bool, bool, long) VideoRank(StreamInfo stream) => (
        !IsStill(stream),
        stream.Format.Video is { Width: > 0, Height: > 0 },
        !IsInProgramme(stream) || Of(MediaKind.Audio).Exists(sound => AreOfOneProgramme(stream, sound)),
        (Disposition(stream) & AV_DISPOSITION_DEFAULT) != 0,
        stream.Format.Video is { } size ? (long)size.Width * size.Height : 0);

    private (bool, bool, bool, bool, int) AudioRank(StreamInfo stream, StreamInfo? video) => (
        video is null || !IsInProgramme(video) || AreOfOneProgramme(video, stream),
        stream.Format.Audio is { SampleRate: > 0, Layout.Channels: > 0 },
        (Disposition(stream) & NotTheFilm) == 0,
        (Disposition(stream) & AV_DISPOSITION_DEFAULT) != 0,
        stream.Format.Audio?.Layout.Channels ?? 0);

    private bool IsStill(StreamInfo stream) => (Disposition(stream) & (AV_DISPOSITION_STILL_IMAGE | AV_DISPOSITION_DEPENDENT)) != 0
        || context->streams[stream.Index]->nb_frames == 1 || s_pictureFiles.Contains(stream.Format.Codec);

    private bool IsInProgramme(StreamInfo stream)
    {
        for (var i = 0; i < context->nb_programs; i++)
        {
            if (Holds(context->programs[i], stream))
            {
                return true;
            }
        }

        return false;
    }

    private bool AreOfOneProgramme(StreamInfo one, StreamInfo other)
    {
        for (var i = 0; i < context->nb_programs; i++)
        {
            if (Holds(context->programs[i], one) && Holds(context->programs[i], other))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Holds(AVProgram* program, StreamInfo stream) =>
        new ReadOnlySpan<uint>(program->stream_index, (int)program->nb_stream_indexes).Contains((uint)stream.Index);

    private static bool IsLanguage(StreamInfo stream, string wanted) =>
        stream.Language is { } language && string.Equals(OwnName(language), OwnName(wanted), StringComparison.OrdinalIgnoreCase);

    private static string OwnName(string language) => s_ownNames.GetValueOrDefault(language, language);

    private StreamInfo Named(int index, MediaKind kind, string what)
    {
        var all = Of(kind);
        return all.Find(stream => stream.Index == index) ?? throw NotHeld($"with the number {index}", what, all);
    }

    private MediaFileException NotHeld(string which, string what, List<StreamInfo> all)
    {
        var held = all.Select(stream => stream.Language is { } language ? $"{stream.Index} ({language})" : $"{stream.Index}");
        return new MediaFileException(
            path, all.Count == 0 ? $"contains no {what} at all." : $"contains no {what} {which}; it has {string.Join(", ", held)}. Choose one of these.");
    }
}
