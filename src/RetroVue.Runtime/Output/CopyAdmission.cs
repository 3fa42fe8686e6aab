using System.Collections.Immutable;
using System.Globalization;
using RetroVue.Media.Elements.MpegTs;
using RetroVue.Media.FFmpeg.Containers;
using RetroVue.Media.Formats;
using RetroVue.Media.Time;

namespace RetroVue.Runtime.Output;

/// <summary>
/// Decides which files a channel can air one after the other as they are encoded: the files with the most frequent formats.
/// </summary>
/// <remarks>
/// Files fit together if their pictures have the same codec, profile, size, pixel shape, frame rate, fields and colour, and their sound has
/// the same codec, profile, sampling rate and channels: a receiver goes from one to the next without noticing. Frame rates within 10 ppm
/// count as equal, because some files give 2997/100 for 30000/1001. If a file does not declare its colour, players' defaults are assumed.
/// Pictures are stored upright, because a transport stream cannot declare a rotation. Key frames are at most
/// <see cref="MostKeyFrameInterval"/> apart; otherwise joining would take too long. Immutable and thread-safe.
/// </remarks>
/// <param name="Formats">The channel's streams, as in the first accepted file; null if no file is accepted.</param>
/// <param name="Refused">The files that do not fit, in their order, each with the first difference.</param>
public sealed record CopyAdmission(ChannelFormats? Formats, ImmutableArray<CopyRefusal> Refused)
{
    /// <summary>
    /// Frame rates that differ by less than one part in this number are equal: 10 ppm, because files give 2997/100 or 19001/634 for
    /// 30000/1001.
    /// </summary>
    private const int RateTolerance = 100_000;

    /// <summary>The measured bit rates of the accepted files; null if one of them was not measured.</summary>
    public ChannelRates? Rates { get; init; }

    /// <summary>The longest accepted distance between key frames: four seconds.</summary>
    public static ClockTime MostKeyFrameInterval => ClockTime.FromSeconds(4);

    /// <summary>Decides for these files. If two sets of formats are equally frequent, the first one is the channel's.</summary>
    public static CopyAdmission Decide(IEnumerable<CopyCandidate> candidates)
    {
        CopyCandidate[] all = [.. candidates];
        CopyCandidate? model = MostFrequent(all.Where(candidate => FindFault(candidate) is null));
        (CopyCandidate Candidate, string? Reason)[] decided =
            [.. all.Select(candidate => (candidate, FindFault(candidate) ?? FindDifference(candidate.Formats, model!.Formats)))];
        CopyCandidate[] admitted = [.. decided.Where(one => one.Reason is null).Select(one => one.Candidate)];
        return new CopyAdmission(
            model?.Formats,
            [.. decided.Where(one => one.Reason is not null).Select(one => new CopyRefusal(one.Candidate.File, one.Reason!) { Streams = one.Candidate.Streams })])
        {
            Rates = admitted.Length == 0 || admitted.Any(candidate => candidate.PeakBitRate == 0)
                ? null
                : ChannelRates.OfMedia(model!.Formats, admitted.Max(candidate => candidate.PeakBitRate), admitted.Max(candidate => candidate.AverageBitRate)),
        };
    }

    /// <summary>Returns why a file cannot air in these formats, as in <see cref="CopyRefusal.Reason"/>; null if it can.</summary>
    internal static string? FindMisfit(CopyCandidate candidate, ChannelFormats formats) => FindFault(candidate) ?? FindDifference(candidate.Formats, formats);

    /// <summary>Returns the first file with the most frequent formats.</summary>
    private static CopyCandidate? MostFrequent(IEnumerable<CopyCandidate> candidates)
    {
        List<(CopyCandidate Model, int Count)> kinds = [];
        foreach (CopyCandidate candidate in candidates)
        {
            int kind = kinds.FindIndex(kind => FindDifference(candidate.Formats, kind.Model.Formats) is null);
            if (kind < 0)
            {
                kinds.Add((candidate, 1));
            }
            else
            {
                kinds[kind] = (kinds[kind].Model, kinds[kind].Count + 1);
            }
        }

        return kinds.Count == 0 ? null : kinds.MaxBy(kind => kind.Count).Model;
    }

    private static string? FindFault(CopyCandidate candidate)
    {
        if (candidate.Video is null && candidate.Audio is null)
        {
            return "has neither picture nor sound";
        }

        if (candidate.Video?.Video is { Orientation: not Orientation.Upright })
        {
            return "has rotated or mirrored pictures, which a transport stream cannot declare";
        }

        if (candidate.HasUntimedPictures)
        {
            return "does not contain the time of each picture, and the times cannot be derived; encode it again, or transcode the channel";
        }

        foreach (EncodedFormat format in new[] { candidate.Video, candidate.Audio }.OfType<EncodedFormat>())
        {
            try
            {
                if (!TransportStreamWriter.CanCarry(format))
                {
                    return $"is encoded as {format.Codec}, which a transport stream cannot carry";
                }
            }
            catch (ArgumentException exception)
            {
                return $"has {format.Codec} that a transport stream cannot carry: {exception.Message}";
            }
        }

        foreach (ChangedFormat change in candidate.Changes)
        {
            EncodedFormat? first = change.Format.Kind == MediaKind.Video ? candidate.Video : candidate.Audio;
            string when = string.Create(CultureInfo.InvariantCulture, $" from {change.At.ToTimeSpan().TotalSeconds:0.#} s on,");
            if (first is not null && FindChange(first, change.Format, when) is { } difference)
            {
                return $"{difference}, but a copied channel cannot change its format";
            }
        }

        return !(candidate.KeyFrameInterval > MostKeyFrameInterval) ? null : string.Create(
            CultureInfo.InvariantCulture,
            $"has key frames up to {candidate.KeyFrameInterval.ToTimeSpan().TotalSeconds:0.#} s apart; the maximum is {MostKeyFrameInterval.ToTimeSpan().TotalSeconds:0} s");
    }

    /// <summary>Lists the properties that must be equal, each with the words that describe it.</summary>
    /// <param name="formats">A file's streams.</param>
    /// <param name="channelRate">The channel's frame rate; a rate that is nearly equal is shown as this one.</param>
    private static string[] Describe(ChannelFormats formats, Rational channelRate)
    {
        (EncodedFormat? video, EncodedFormat? audio) = formats;
        CultureInfo plain = CultureInfo.InvariantCulture;
        return
        [
            video is null ? "no picture" : Name(video, "pictures"),
            video?.Video is { } size ? string.Create(plain, $"{size.Width}x{size.Height} pictures") : "",
            video?.Video is { } shape ? $"pixels of shape {ShapeOf(shape)}" : "",
            video?.Video is { } rate ? $"{(AreOne(rate.FrameRate, channelRate) ? channelRate : rate.FrameRate).Reduce()} frames per second" : "",
            video?.Video is { } fields ? Fields(fields) : "",
            .. Colors(video?.Video),
            audio is null ? "no sound" : Name(audio, "sound"),
            audio?.Audio is { } sampling ? string.Create(plain, $"sound at {sampling.SampleRate} Hz") : "",
            audio?.Audio is { } layout ? $"{layout.Layout} sound" : "",
        ];
    }

    private static string Fields(VideoFormat picture) => (picture.Interlacing, picture.Orientation) switch
    {
        (_, not Orientation.Upright) => "rotated pictures",
        (Interlacing.TopFieldFirst, _) => "interlaced pictures, top field first",
        (Interlacing.BottomFieldFirst, _) => "interlaced pictures, bottom field first",
        _ => "progressive pictures",
    };

    private static string[] Colors(VideoFormat? picture)
    {
        if (picture is null)
        {
            return ["", "", "", ""];
        }

        ColorDescription color = picture.Color.Assumed(picture.Width, picture.Height);
        return
        [
            color.Range == "pc" ? "full range" : "limited range",
            $"the matrix {Usual(color.Matrix)}",
            $"the primaries {Usual(color.Primaries)}",
            $"the transfer {(color.Transfer is "smpte170m" or "bt2020-10" or "bt2020-12" ? "bt709" : color.Transfer)}",
        ];
    }

    /// <summary>
    /// Gives BT.601 of 525 and of 625 lines the same name: the matrix is the same, and the primaries are nearly the same.
    /// </summary>
    private static string? Usual(string? name) => name == "bt470bg" ? "smpte170m" : name;

    /// <summary>Returns the shape of the pixels; if it is not declared, they are square.</summary>
    private static Rational ShapeOf(VideoFormat format) =>
        format.SampleAspectRatio.IsPositive ? format.SampleAspectRatio.Reduce() : new Rational(1, 1);

    /// <summary>
    /// True for rates within <see cref="RateTolerance"/> of each other: in a minute and a half they differ by a millisecond.
    /// </summary>
    private static bool AreOne(Rational a, Rational b) => a.IsPositive && b.IsPositive
        && Int128.Abs(((Int128)a.Numerator * b.Denominator) - ((Int128)b.Numerator * a.Denominator)) * RateTolerance
            <= (Int128)b.Numerator * a.Denominator;

    private static string Name(EncodedFormat format, string what) => format switch
    {
        { Audio.SampleRate: <= 0 } or { Video.Width: <= 0 } => $"{format.Codec} {what} without known parameters, because there is none near the file's beginning",
        { Profile: null } => $"{format.Codec} {what}",
        _ => $"{format.Codec} {format.Profile} {what}",
    };

    /// <summary>Describes the first difference between streams and a channel's; null if they fit.</summary>
    internal static string? FindDifference(ChannelFormats streams, ChannelFormats channel) =>
        Compare(streams, channel) is { } pair ? $"has {pair.First}; the channel has {pair.Second}" : null;

    /// <summary>Describes the first difference between a stream's first format and a later one; null if nobody notices it.</summary>
    /// <param name="first">The first format.</param>
    /// <param name="then">The later format.</param>
    /// <param name="when">When it changed, in words.</param>
    internal static string? FindChange(EncodedFormat first, EncodedFormat then, string when = "") =>
        Compare(StreamOf(then), StreamOf(first)) is { } pair ? $"has {pair.First}{when} after {pair.Second}" : null;

    private static ChannelFormats StreamOf(EncodedFormat format) => format.Kind == MediaKind.Video ? new(format, null) : new(null, format);

    private static (string First, string Second)? Compare(ChannelFormats one, ChannelFormats other)
    {
        foreach ((string first, string second) in Describe(one, RateOf(other)).Zip(Describe(other, RateOf(other))))
        {
            if (first != second)
            {
                return (first, second);
            }
        }

        return null;
    }

    private static Rational RateOf(ChannelFormats formats) => formats.Video?.Video?.FrameRate ?? default;
}
