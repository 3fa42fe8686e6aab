using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using NodaTime;
using RetroVue.Media.Formats;
using RetroVue.Media.Time;
using RetroVue.Runtime.Catalogue;
using RetroVue.Runtime.Output;
using RetroVue.Runtime.Producers;
using RetroVue.Runtime.Schedules;
using RetroVue.Runtime.Time;

namespace RetroVue.Runtime.Channels;

/// <summary>A channel's files as far as they are known, and what follows from them: the channel's formats and its programme.</summary>
/// <remarks>Not thread-safe.</remarks>
internal sealed class ChannelFiles
{
    /// <summary>
    /// If all durations are given, a new copied channel takes the formats that most of its first files have. So it airs without the others.
    /// </summary>
    private const int MostVoters = 100;

    /// <summary>The streams of a copied channel that has no file to air: it shows slates.</summary>
    private static readonly ChannelFormats s_slateFormats = new(
        new EncodedFormat("h264", MediaKind.Video)
        {
            Profile = "High",
            Video = new VideoFormat(PixelFormat.Yuv420P, 640, 360, new Rational(25, 1)),
        },
        new EncodedFormat("aac", MediaKind.Audio)
        {
            Profile = "LC",
            FrameSize = 1024,
            Audio = new AudioFormat(SampleFormat.F32Planar, 48_000, ChannelLayout.Stereo),
        });

    private readonly ILogger _logger;
    private readonly Dictionary<MediaFileKey, MediaFile> _known = [];
    private readonly Dictionary<MediaFileKey, string> _toldProblems = [];
    private readonly Dictionary<MediaFileKey, string> _toldMisfits = [];
    private HashSet<MediaFileKey> _wanted = [];
    private HashSet<MediaFileKey> _unknown = [];
    private HashSet<MediaFileKey> _undated = [];
    private HashSet<MediaFileKey> _silentVoters = [];
    private ImmutableArray<MediaFileKey> _voters;
    private ChannelFormats? _formats;
    private bool _hasFit;

    /// <summary>Makes the files of a channel, all of them unknown.</summary>
    /// <param name="schedule">The channel, and its programme as its owner wrote it.</param>
    /// <param name="now">Station time.</param>
    /// <param name="logger">Told of files that cannot be used.</param>
    public ChannelFiles(ChannelSchedule schedule, Instant now, ILogger logger)
    {
        (Channel, Source, _logger) = (schedule.Channel, schedule.Programme, logger);
        Take(schedule.Programme, now);
    }

    /// <summary>The channel.</summary>
    public Channel Channel { get; }

    /// <summary>Its programme as its owner wrote it.</summary>
    public Programme Source { get; private set; }

    /// <summary>The files whose durations or formats matter, each once; the most urgent first.</summary>
    public ImmutableArray<MediaFileKey> Wanted { get; private set; }

    /// <summary>The formats that a copied channel had at its last start; null if it has none.</summary>
    public CopyFormats? Kept { get; set; }

    /// <summary>True if all files are known.</summary>
    public bool IsComplete => _unknown.Count == 0;

    /// <summary>The files that may be readable later although they do not change.</summary>
    public IEnumerable<MediaFileKey> MayReturn => Known.Where(file => file.MayReturn).Select(file => file.Key);

    /// <summary>What is known of the files, in their order.</summary>
    private IEnumerable<MediaFile> Known => Wanted.Select(key => _known.GetValueOrDefault(key)).OfType<MediaFile>();

    private bool IsCopied => Channel.Profile is CopyProfile;

    /// <summary>Takes another programme; what is known of files stays known.</summary>
    public void Take(Programme programme, Instant now)
    {
        Source = programme;
        Wanted = [.. DueOrder.Of(new ChannelSchedule(Channel, programme), now)];
        _wanted = [.. Wanted];
        HashSet<MediaFileKey> undated = [.. programme.Items.Concat(programme.Filler).Where(item => item is { Duration: null, File: not null }).Select(KeyOf)];
        _voters = undated.Count > 0 || Wanted.Length <= MostVoters ? Wanted : Wanted[..MostVoters];
        _unknown = Unknown(Wanted);
        _undated = Unknown(undated);
        _silentVoters = Unknown(_voters);
    }

    /// <summary>Forgets files that the programme does not have.</summary>
    public void ForgetOthers()
    {
        foreach (MediaFileKey gone in _known.Keys.Where(key => !_wanted.Contains(key)).ToArray())
        {
            _known.Remove(gone);
            _toldProblems.Remove(gone);
            _toldMisfits.Remove(gone);
        }
    }

    /// <summary>Adds what is known of a file; ignores a file that is not wanted any more.</summary>
    public void Add(MediaFile file)
    {
        if (!_wanted.Contains(file.Key))
        {
            return;
        }

        _known[file.Key] = file;
        Tick(_unknown, file.Key);
        Tick(_undated, file.Key);
        Tick(_silentVoters, file.Key);
        _hasFit = _hasFit || (Kept is { } kept && file.Facts is { } facts && CopyAdmission.FindMisfit(facts.ToCandidate(file.Key), kept.Formats) is null);
    }

    /// <summary>Returns the channel's kind once enough is known to put it on the air; null before.</summary>
    public ChannelKind? TryDecide()
    {
        if (_undated.Count > 0)
        {
            return null;
        }

        if (Channel.Profile is TranscodeProfile profile)
        {
            return new TranscodedChannel(profile);
        }

        if (FindFormats() is not { } formats)
        {
            return null;
        }

        _formats = formats;
        foreach (EncodedFormat format in new[] { formats.Video, formats.Audio }.OfType<EncodedFormat>())
        {
            if (SlateEncoders.For(format) is null)
            {
                RuntimeLog.NoSlateEncoder(_logger, Channel.ShortName, format.Codec);
            }
        }

        return new CopiedChannel(formats, IsComplete ? Measure() : Kept?.Formats == formats ? Kept.Rates : null);
    }

    /// <summary>
    /// Returns the programme with the durations of the files, as far as they are known; in a copied channel with slates in place of files that do
    /// not fit.
    /// </summary>
    public Programme Resolve()
    {
        Programme probed = Source.Probed(item => _known.GetValueOrDefault(KeyOf(item))?.Facts?.Duration.ToDuration());
        return IsCopied ? probed with { Items = WithSlates(probed.Items), Filler = WithSlates(probed.Filler) } : probed;
    }

    /// <summary>Returns the formats to be kept for the next start; null if the channel has none of its own.</summary>
    public CopyFormats? FindFormatsToKeep() => IsCopied && _formats is { } formats && !ReferenceEquals(formats, s_slateFormats)
        ? new CopyFormats(formats, Measure() ?? (Kept?.Formats == formats ? Kept.Rates : null))
        : null;

    /// <summary>Logs what is wrong with files, each problem once, in the order of the list.</summary>
    public void Tell()
    {
        MediaFile[] known = [.. Known];
        foreach (MediaFile file in known)
        {
            bool isShort = file.Problem is null && file.Facts!.Duration.ToDuration() < ScheduleItem.MinDuration;
            if (!IsNews(_toldProblems, file, isShort ? "too short" : file.Problem))
            {
                continue;
            }

            if (isShort)
            {
                RuntimeLog.FileTooShort(_logger, Channel.ShortName, file.Key.Path, file.Duration, ScheduleItem.MinDuration.TotalMilliseconds);
            }
            else
            {
                RuntimeLog.FileUnusable(_logger, Channel.ShortName, file.Problem!);
            }
        }

        foreach (MediaFile file in known)
        {
            string? reason = file.Problem is null ? FindMisfit(file) : null;
            if (IsNews(_toldMisfits, file, reason))
            {
                RuntimeLog.FileDoesNotFit(_logger, Channel.ShortName, file.Key.Path, reason!);
            }
        }
    }

    private static MediaFileKey KeyOf(ScheduleItem item) => new(item.File!, item.Streams);

    /// <summary>Takes a file off a list, and gives the memory of an empty list back.</summary>
    private static void Tick(HashSet<MediaFileKey> list, MediaFileKey key)
    {
        if (list.Remove(key) && list.Count == 0)
        {
            list.TrimExcess();
        }
    }

    private HashSet<MediaFileKey> Unknown(IEnumerable<MediaFileKey> keys) => [.. keys.Where(key => !_known.ContainsKey(key))];

    private static bool IsNews(Dictionary<MediaFileKey, string> told, MediaFile file, string? problem)
    {
        if (problem is null)
        {
            told.Remove(file.Key);
            return false;
        }

        bool isNews = told.GetValueOrDefault(file.Key) != problem;
        told[file.Key] = problem;
        return isNews;
    }

    /// <summary>Returns the formats of a copied channel once enough is known; null before.</summary>
    private ChannelFormats? FindFormats()
    {
        if (Kept is { } kept)
        {
            if (_hasFit || (IsComplete && !Candidates(Wanted).Any()))
            {
                return kept.Formats;
            }

            if (!IsComplete)
            {
                return null;
            }

            RuntimeLog.FormatsChosenAnew(_logger, Channel.ShortName);
            return CopyAdmission.Decide(Candidates(Wanted)).Formats ?? s_slateFormats;
        }

        if (_silentVoters.Count > 0)
        {
            return null;
        }

        return CopyAdmission.Decide(Candidates(_voters)).Formats
            ?? (IsComplete ? CopyAdmission.Decide(Candidates(Wanted)).Formats ?? s_slateFormats : null);
    }

    private IEnumerable<CopyCandidate> Candidates(ImmutableArray<MediaFileKey> keys) =>
        keys.Select(key => _known.GetValueOrDefault(key)).OfType<MediaFile>().Where(file => file.Facts is not null).Select(file => file.Facts!.ToCandidate(file.Key));

    /// <summary>Returns the bit rates of the files that fit; null if one of them was not measured.</summary>
    private ChannelRates? Measure()
    {
        MediaFacts[] fitting = [.. Known.Where(file => file.Facts is not null && FindMisfit(file) is null).Select(file => file.Facts!)];
        return fitting.Length == 0 || fitting.Any(facts => facts.PeakBitRate == 0)
            ? null
            : ChannelRates.OfMedia(_formats!, fitting.Max(facts => facts.PeakBitRate), fitting.Max(facts => facts.AverageBitRate));
    }

    private string? FindMisfit(MediaFile file) =>
        _formats is { } formats && file.Facts is { } facts ? CopyAdmission.FindMisfit(facts.ToCandidate(file.Key), formats) : null;

    private ImmutableArray<ScheduleItem> WithSlates(ImmutableArray<ScheduleItem> items)
    {
        HashSet<MediaFileKey> refused = [.. Known.Where(file => FindMisfit(file) is not null).Select(file => file.Key)];
        return refused.Count == 0
            ? items
            : [.. items.Select(item => item.File is not null && refused.Contains(KeyOf(item)) ? item with { Kind = EntryKind.Slate, File = null } : item)];
    }
}
