using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using NodaTime;
using RetroVue.Media.FFmpeg;
using RetroVue.Media.FFmpeg.Containers;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using RetroVue.Runtime.Output;
using RetroVue.Runtime.Schedules;
using RetroVue.Runtime.Time;

namespace RetroVue.Runtime.Channels;

/// <summary>
/// Makes a station of a schedule: looks at the files, completes the durations that are left to them, and decides what each channel's
/// streams are.
/// </summary>
/// <remarks>
/// What is wrong with a file is logged and does not stop the station. A file that does not fit a copied channel keeps its time, and a
/// slate airs in its place; one whose duration nobody knows is left out.
/// </remarks>
public sealed class StationLoader
{
    private readonly MasterClock _clock;
    private readonly Executor _executor;
    private readonly ChannelOptions _options;
    private readonly ILoggerFactory _loggerFactory;
    private readonly ILogger _logger;

    // Files are looked at in real time, whatever time the station lives in.
    private readonly ThreadedExecutor _files = ThreadedExecutor.Default;

    /// <summary>A loader.</summary>
    /// <param name="clock">Station time.</param>
    /// <param name="executor">What will run the channels.</param>
    /// <param name="options">How channels are run.</param>
    /// <param name="loggerFactory">Where the loader and the station log.</param>
    public StationLoader(MasterClock clock, Executor executor, ChannelOptions options, ILoggerFactory loggerFactory)
    {
        (_clock, _executor, _options, _loggerFactory) = (clock, executor, options, loggerFactory);
        _logger = loggerFactory.CreateLogger<StationLoader>();
    }

    /// <summary>The station, with its channels off the air.</summary>
    /// <exception cref="ScheduleException">The schedule cannot be aired, whatever the files are.</exception>
    /// <exception cref="FFmpegLibraryException">FFmpeg's libraries are missing or of an unknown version.</exception>
    public async Task<Station> LoadAsync(IEnumerable<ChannelSchedule> channels, CancellationToken cancellationToken = default)
    {
        List<ChannelSchedule> completed = [];
        Dictionary<Guid, ChannelFormats> formats = [];
        foreach (ChannelSchedule channel in channels)
        {
            Dictionary<string, MediaInfo> files = await ProbeAsync(channel).ConfigureAwait(false);
            ChannelSchedule probed = channel.Probed(file => DurationOf(files.GetValueOrDefault(file)));
            if (channel.Profile.Mode == ProfileMode.Copy)
            {
                CopyAdmission admission = await AdmitAsync(channel, files, cancellationToken).ConfigureAwait(false);
                probed = WithoutRefused(probed, admission);
                formats[channel.Id] = admission.Formats ?? Usual(640, 360, new Rational(25, 1));
            }
            else
            {
                formats[channel.Id] = Usual(channel.Profile.Width, channel.Profile.Height, channel.Profile.Rate);
            }

            completed.Add(probed);
        }

        return new Station(_clock, _executor, new ScheduleService(completed), formats, _options, _loggerFactory);
    }

    /// <summary>From the file's zero to its end; null where that is not known.</summary>
    private static Duration? DurationOf(MediaInfo? file) =>
        file is { Duration.IsNone: false } known ? known.Duration.ToDuration() : null;

    /// <summary>The streams of a channel that no file decides about.</summary>
    private static ChannelFormats Usual(int width, int height, Rational rate) => new(
        new EncodedFormat("h264", MediaKind.Video) { Profile = "High", Video = new VideoFormat(PixelFormat.Yuv420P, width, height, rate) },
        new EncodedFormat("aac", MediaKind.Audio)
        {
            Profile = "LC",
            FrameSize = 1024,
            Audio = new AudioFormat(SampleFormat.F32Planar, 48_000, ChannelLayout.Stereo),
        });

    private static ChannelSchedule WithoutRefused(ChannelSchedule channel, CopyAdmission admission)
    {
        var refused = admission.Refused.Select(refusal => refusal.File).ToHashSet(StringComparer.Ordinal);
        return channel with { Items = Replace(channel.Items), Filler = Replace(channel.Filler) };

        ImmutableArray<ScheduleItem> Replace(ImmutableArray<ScheduleItem> items) =>
            [.. items.Select(item => item.File is { } file && refused.Contains(file) ? item with { Kind = SegmentKind.Slate, File = null } : item)];
    }

    /// <summary>Looks at the files whose kind or duration matters; those that cannot be opened are logged and not in the answer.</summary>
    private async Task<Dictionary<string, MediaInfo>> ProbeAsync(ChannelSchedule channel)
    {
        Dictionary<string, MediaInfo> files = new(StringComparer.Ordinal);
        IEnumerable<string> wanted = channel.Items.Concat(channel.Filler)
            .Where(item => item.File is not null && (item.Duration is null || channel.Profile.Mode == ProfileMode.Copy))
            .Select(item => item.File!);
        foreach (string file in wanted.Distinct(StringComparer.Ordinal))
        {
            try
            {
                await _files.InvokeAsync(() => files[file] = Probe(file)).ConfigureAwait(false);
                if (files[file].Duration.IsNone)
                {
                    RuntimeLog.FileWithoutDuration(_logger, channel.ShortName, file);
                }
            }
            catch (MediaFileException exception)
            {
                RuntimeLog.FileUnusable(_logger, channel.ShortName, exception.Message);
            }
        }

        return files;
    }

    private static MediaInfo Probe(string file)
    {
        using var demuxer = new FileDemuxer("probe", file);
        demuxer.Open();
        return demuxer.Info;
    }

    private async Task<CopyAdmission> AdmitAsync(
        ChannelSchedule channel,
        Dictionary<string, MediaInfo> files,
        CancellationToken cancellationToken)
    {
        List<CopyCandidate> candidates = [];
        foreach ((string file, MediaInfo info) in files)
        {
            try
            {
                ClockTime interval = info.Video is null
                    ? ClockTime.Zero
                    : await KeyFrameMeter.MeasureAsync(file, _files, cancellationToken).ConfigureAwait(false);
                candidates.Add(new CopyCandidate(file, info.Video?.Format, info.Audio?.Format, interval));
            }
            catch (Exception exception) when (exception is MediaFileException or ElementException)
            {
                RuntimeLog.FileUnusable(_logger, channel.ShortName, exception.Message);
            }
        }

        CopyAdmission admission = CopyAdmission.Decide(candidates);
        foreach (CopyRefusal refusal in admission.Refused)
        {
            RuntimeLog.FileDoesNotFit(_logger, channel.ShortName, refusal.File, refusal.Reason);
        }

        return admission;
    }
}
