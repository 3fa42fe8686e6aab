using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using RetroVue.Media.FFmpeg;
using RetroVue.Media.FFmpeg.Containers;
using RetroVue.Media.Formats;
using RetroVue.Media.Memory;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using RetroVue.Runtime.Events;
using RetroVue.Runtime.Journal;
using RetroVue.Runtime.Output;
using RetroVue.Runtime.Producers;
using RetroVue.Runtime.Schedules;
using RetroVue.Runtime.Time;

namespace RetroVue.Runtime.Channels;

/// <summary>
/// Makes a station from a schedule: probes the files, fills in durations that the schedule omits, and decides the streams of each channel.
/// </summary>
/// <remarks>
/// A problem with a file or its disk is logged and does not stop the station. If a file does not fit a copied channel, a slate airs at its
/// time. If a file cannot be read and the schedule gives no duration, its item is left out.
/// </remarks>
public sealed class StationLoader
{
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

    private readonly MasterClock _clock;
    private readonly Executor _executor;
    private readonly ChannelOptions _options;
    private readonly ILoggerFactory _loggerFactory;
    private readonly IEnumerable<IProducerFactory>? _producers;
    private readonly IMeterFactory? _meterFactory;
    private readonly IEventLog? _events;
    private readonly ILogger _logger;

    /// <summary>Makes a loader.</summary>
    /// <param name="clock">Station time.</param>
    /// <param name="executor">Will run the channels.</param>
    /// <param name="options">Linger, recovery and the like.</param>
    /// <param name="loggerFactory">Makes the loggers of the loader and the station.</param>
    /// <param name="producers">Make the channels' producers, one factory for each mode; null for the one that plays the schedule.</param>
    /// <param name="meterFactory">Makes the meters of the station; null for the meters that all callers without a factory share.</param>
    /// <param name="events">
    /// The log that the station writes what happens into (<see cref="StationEvents"/>); null for none. Nothing on the air waits for it.
    /// </param>
    /// <exception cref="ArgumentException">The value of an option is not allowed.</exception>
    public StationLoader(
        MasterClock clock,
        Executor executor,
        ChannelOptions options,
        ILoggerFactory loggerFactory,
        IEnumerable<IProducerFactory>? producers = null,
        IMeterFactory? meterFactory = null,
        IEventLog? events = null)
    {
        (_clock, _executor, _options, _loggerFactory, _producers, _meterFactory, _events) = (clock, executor, ChannelOptions.Checked(options), loggerFactory, producers, meterFactory, events);
        _logger = loggerFactory.CreateLogger<StationLoader>();
    }

    /// <summary>
    /// Makes a station that has not started. <see cref="Station.StartAsync"/> asks for its channels and probes their files.
    /// </summary>
    /// <param name="channels">Returns the channels; called once, at the start. If it throws, the start fails with its exception.</param>
    /// <param name="progress">Told, on any thread, at the start and after each file; null for nobody.</param>
    public Station Create(Func<IEnumerable<ChannelSchedule>> channels, IProgress<LoadProgress>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(channels);
        StationJournal? journal = _events is null ? null : new StationJournal(_events, _clock, _loggerFactory);
        return new Station(_clock, _executor, stop => LoadChannelsAsync(channels, progress, journal, stop), journal);
    }

    /// <summary>Makes a station and starts it, with its channels off the air.</summary>
    /// <param name="channels">Its channels.</param>
    /// <param name="progress">Told, on any thread, at the start and after each file; null for nobody.</param>
    /// <param name="cancellationToken">Cancels the loading.</param>
    /// <exception cref="ScheduleException">The schedule itself has an error that does not depend on the files.</exception>
    /// <exception cref="FFmpegLibraryException">FFmpeg's libraries are missing or of an unknown version.</exception>
    public async Task<Station> LoadAsync(
        IEnumerable<ChannelSchedule> channels, IProgress<LoadProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(channels);
        Station station = Create(() => channels, progress);
        try
        {
            await station.StartAsync(cancellationToken).ConfigureAwait(false);
            return station;
        }
        catch
        {
            await station.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async Task<StationChannels> LoadChannelsAsync(
        Func<IEnumerable<ChannelSchedule>> channels, IProgress<LoadProgress>? progress, StationJournal? journal, CancellationToken cancellationToken)
    {
        ChannelSchedule[] all = [];
        // The schedule's file or a library may be on a disk that does not answer.
        await _executor.InvokeAsync(() =>
        {
            all = [.. channels()];
            // Before the files are probed, because probing leaves the most garbage behind.
            NativeHeap.ReturnFreedMemory();
            FFmpegLibrary.Load(_loggerFactory);
        }).ConfigureAwait(false);
        List<ChannelSchedule> completed = [];
        Dictionary<Guid, ChannelKind> kinds = [];
        Dictionary<(string File, StreamChoice Streams), ProbedFile> looked = await ProbeAsync(all.SelectMany(FilesOf), progress, cancellationToken).ConfigureAwait(false);
        foreach (ChannelSchedule schedule in all)
        {
            Channel channel = schedule.Channel;
            Dictionary<(string File, StreamChoice Streams), ProbedMedia> files = Usable(schedule, looked);
            Programme probed = schedule.Programme.Probed(item => files.GetValueOrDefault((item.File!, item.Streams))?.Duration.ToDuration());
            if (channel.Profile is TranscodeProfile profile)
            {
                kinds[channel.Id] = new TranscodedChannel(profile);
            }
            else
            {
                CopyAdmission admission = Admit(channel, files);
                probed = WithoutRefused(probed, admission);
                ChannelFormats formats = admission.Formats ?? s_slateFormats;
                kinds[channel.Id] = new CopiedChannel(formats, admission.Rates);
                WarnOfSlates(channel, formats);
            }

            completed.Add(schedule with { Programme = probed });
        }

        return new StationChannels(_clock, _executor, new ScheduleBook(completed), kinds, _options, _loggerFactory, _producers, _meterFactory, journal);
    }

    private static Programme WithoutRefused(Programme programme, CopyAdmission admission)
    {
        var refused = admission.Refused.Select(refusal => (refusal.File, refusal.Streams)).ToHashSet();
        return programme with { Items = Replace(programme.Items), Filler = Replace(programme.Filler) };

        ImmutableArray<ScheduleItem> Replace(ImmutableArray<ScheduleItem> items) =>
            [.. items.Select(item => item.File is { } file && refused.Contains((file, item.Streams)) ? item with { Kind = EntryKind.Slate, File = null } : item)];
    }

    /// <summary>Returns the files of a channel whose streams or duration matter.</summary>
    private static IEnumerable<(string File, StreamChoice Streams)> FilesOf(ChannelSchedule schedule) => schedule.Programme.Items.Concat(schedule.Programme.Filler)
        .Where(item => item.File is not null && (item.Duration is null || schedule.Channel.Profile is CopyProfile))
        .Select(item => (item.File!, item.Streams))
        .Distinct();

    /// <summary>Probes files, each once, as many at a time as there are processors.</summary>
    private static async Task<Dictionary<(string File, StreamChoice Streams), ProbedFile>> ProbeAsync(
        IEnumerable<(string File, StreamChoice Streams)> wanted, IProgress<LoadProgress>? progress, CancellationToken cancellationToken)
    {
        (string File, StreamChoice Streams)[] files = [.. wanted.Distinct()];
        var probed = new ProbedFile[files.Length];
        var silent = new SilentFolders();
        int done = 0;
        progress?.Report(new LoadProgress(0, files.Length));
        await Parallel.ForAsync(
            0,
            files.Length,
            new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancellationToken },
            async (index, token) =>
            {
                probed[index] = await ProbedFile.OfAsync(files[index].File, files[index].Streams, silent, token).ConfigureAwait(false);
                progress?.Report(new LoadProgress(Interlocked.Increment(ref done), files.Length));
            }).ConfigureAwait(false);
        return files.Zip(probed).ToDictionary(pair => pair.First, pair => pair.Second);
    }

    /// <summary>Returns those of a channel's files that can be used; logs the others.</summary>
    private Dictionary<(string File, StreamChoice Streams), ProbedMedia> Usable(ChannelSchedule schedule, Dictionary<(string File, StreamChoice Streams), ProbedFile> looked)
    {
        Dictionary<(string File, StreamChoice Streams), ProbedMedia> files = [];
        foreach ((string File, StreamChoice Streams) file in FilesOf(schedule))
        {
            ProbedFile probed = looked[file];
            if (probed.Problem is { } problem)
            {
                RuntimeLog.FileUnusable(_logger, schedule.Channel.ShortName, problem);
                continue;
            }

            files[file] = probed.Media!;
            if (probed.Media!.Duration.ToDuration() < ScheduleItem.MinDuration)
            {
                RuntimeLog.FileTooShort(_logger, schedule.Channel.ShortName, file.File, probed.Media.Duration, ScheduleItem.MinDuration.TotalMilliseconds);
            }
        }

        return files;
    }

    private void WarnOfSlates(Channel channel, ChannelFormats formats)
    {
        foreach (EncodedFormat format in new[] { formats.Video, formats.Audio }.OfType<EncodedFormat>())
        {
            if (SlateEncoders.For(format) is null)
            {
                RuntimeLog.NoSlateEncoder(_logger, channel.ShortName, format.Codec);
            }
        }
    }

    private CopyAdmission Admit(Channel channel, Dictionary<(string File, StreamChoice Streams), ProbedMedia> files)
    {
        CopyAdmission admission = CopyAdmission.Decide(files.Select(file => CopyCandidate.Of(file.Key.File, file.Value) with { Streams = file.Key.Streams }));
        foreach (CopyRefusal refusal in admission.Refused)
        {
            RuntimeLog.FileDoesNotFit(_logger, channel.ShortName, refusal.File, refusal.Reason);
        }

        return admission;
    }
}
