using System.Collections.Immutable;
using System.Globalization;
using RetroVue.Media.Elements.MpegTs;
using RetroVue.Media.FFmpeg.Containers;
using RetroVue.Media.Formats;
using RetroVue.Media.Time;

namespace RetroVue.Runtime.Output;

/// <summary>Decides which files a channel can air one after the other as they are encoded: those of the kind that most of them are of.</summary>
/// <remarks>
/// Of one kind are files that agree in the picture's codec, profile, size, pixel shape, frame rate, fields and colour, and in the sound's
/// codec, profile, sampling rate and channels: a receiver goes from one to the next without noticing. Frame rates within 10 ppm are one, for
/// files write 30000/1001 as 2997/100 too. What a file does not say of its
/// colour is taken as players take it. Pictures are stored upright, for a transport stream cannot say that they are to be turned. Key frames stand at most
/// <see cref="MostKeyFrameInterval"/> apart, or joining would take too long. Immutable and thread-safe.
/// </remarks>
/// <param name="Formats">The channel's streams, as in the first file admitted; null if none is.</param>
/// <param name="Refused">The files that do not fit, in their order, each with the first thing that does not.</param>
public sealed record CopyAdmission(ChannelFormats? Formats, ImmutableArray<CopyRefusal> Refused)
{
    /// <summary>One part in so many is no difference of frame rates: 10 ppm, for files name 30000/1001 by 2997/100 or 19001/634 too.</summary>
    private const int RateTolerance = 100_000;

    /// <summary>What the files admitted are held to, as measured; null if one of them was not.</summary>
    public ChannelRates? Rates { get; init; }

    /// <summary>The most that key frames may be apart: four seconds.</summary>
    public static ClockTime MostKeyFrameInterval => ClockTime.FromSeconds(4);

    /// <summary>Decides for these files; of two kinds that are equally frequent the one that comes first is the channel's.</summary>
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

    /// <summary>The first of the kind that most are of.</summary>
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
            return "has pictures that are to be turned or mirrored, which a transport stream cannot say";
        }

        if (candidate.HasUntimedPictures)
        {
            return "does not say when each of its pictures is shown, and it does not follow from them; encode it anew, or let the channel transcode";
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
                return $"{difference}, and channels that copy cannot change";
            }
        }

        return !(candidate.KeyFrameInterval > MostKeyFrameInterval) ? null : string.Create(
            CultureInfo.InvariantCulture,
            $"has key frames up to {candidate.KeyFrameInterval.ToTimeSpan().TotalSeconds:0.#} s apart; {MostKeyFrameInterval.ToTimeSpan().TotalSeconds:0} s is the most");
    }

    /// <summary>What files must agree in, each with the words to say it in.</summary>
    /// <param name="formats">A file's streams.</param>
    /// <param name="channelRate">The frame rate that one as good as equal counts as.</param>
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
        (_, not Orientation.Upright) => "pictures to be turned",
        (Interlacing.TopFieldFirst, _) => "pictures of two fields, the top one first",
        (Interlacing.BottomFieldFirst, _) => "pictures of two fields, the bottom one first",
        _ => "whole pictures",
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
            $"colours by the matrix {Usual(color.Matrix)}",
            $"primaries {Usual(color.Primaries)}",
            $"the curve {(color.Transfer is "smpte170m" or "bt2020-10" or "bt2020-12" ? "bt709" : color.Transfer)}",
        ];
    }

    /// <summary>One name for BT.601 of 525 and of 625 lines, whose matrix is one and whose primaries are all but one.</summary>
    private static string? Usual(string? name) => name == "bt470bg" ? "smpte170m" : name;

    /// <summary>Pixels whose shape no one has said are square.</summary>
    private static Rational ShapeOf(VideoFormat format) =>
        format.SampleAspectRatio.IsPositive ? format.SampleAspectRatio.Reduce() : new Rational(1, 1);

    /// <summary>True for rates within <see cref="RateTolerance"/> of each other: a millisecond in a minute and a half apart.</summary>
    private static bool AreOne(Rational a, Rational b) => a.IsPositive && b.IsPositive
        && Int128.Abs(((Int128)a.Numerator * b.Denominator) - ((Int128)b.Numerator * a.Denominator)) * RateTolerance
            <= (Int128)b.Numerator * a.Denominator;

    private static string Name(EncodedFormat format, string what) => format switch
    {
        { Audio.SampleRate: <= 0 } or { Video.Width: <= 0 } => $"{format.Codec} {what} of which nothing is known, because none comes near the file's beginning",
        { Profile: null } => $"{format.Codec} {what}",
        _ => $"{format.Codec} {format.Profile} {what}",
    };

    /// <summary>The first thing in which streams are unlike a channel's, in words; null if they fit.</summary>
    internal static string? FindDifference(ChannelFormats streams, ChannelFormats channel) =>
        Compare(streams, channel) is { } pair ? $"has {pair.First}, the channel {pair.Second}" : null;

    /// <summary>The first thing in which a stream is no more what it was at first, in words; null if nobody notices.</summary>
    /// <param name="first">What it was.</param>
    /// <param name="then">What it is.</param>
    /// <param name="when">Since when, in words.</param>
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
