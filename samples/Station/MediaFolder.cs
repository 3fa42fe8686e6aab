using System.Collections.Frozen;
using Microsoft.Extensions.Logging;
using NodaTime;
using NodaTime.TimeZones;
using RetroVue.Media.FFmpeg.Containers;
using RetroVue.Media.Formats;
using RetroVue.Media.Time;
using RetroVue.Runtime.Catalogue;
using RetroVue.Runtime.Channels;
using RetroVue.Runtime.Output;
using RetroVue.Runtime.Schedules;
using RetroVue.Runtime.Time;

namespace RetroVue.Samples;

/// <summary>Makes one channel from the files in a folder, in the order of their names; files in its folder "filler" fill gaps.</summary>
/// <param name="folder">The folder.</param>
/// <param name="library">Knows media files.</param>
internal sealed class MediaFolder(string folder, MediaLibrary library)
{
    private static readonly FrozenSet<string> s_extensions = new[]
    {
        ".3gp", ".aac", ".avi", ".flac", ".flv", ".m2ts", ".m4a", ".m4v", ".mkv", ".mov", ".mp3", ".mp4", ".mpeg", ".mpg", ".mts", ".mxf",
        ".oga", ".ogg", ".ogv", ".opus", ".ts", ".vob", ".wav", ".webm", ".wmv",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private readonly string _fillerFolder = Path.Combine(folder, "filler");
    private HashSet<string> _present = [];
    private HashSet<string> _leftOut = [];

    /// <summary>Returns the channel: copied if all its files have the same formats, transcoded if not.</summary>
    /// <exception cref="ScheduleException">The folder cannot be read, or contains no file that can air.</exception>
    public async Task<ChannelSchedule> ReadAsync(CancellationToken cancellationToken)
    {
        (string[] files, string[] fillerFiles) = List();
        Console.WriteLine($"Checking {files.Length + fillerFiles.Length} files …");
        IReadOnlyList<MediaFile> known = [];
        await Progress.RunAsync(
            [("files", files.Length + fillerFiles.Length)],
            async advance => known = await library.LookAsync(
                Keys(files, fillerFiles), new Reporter(done => advance(0, done)), cancellationToken));
        _present = [.. files, .. fillerFiles];
        await TellLeftOutAsync(known);
        if (!known.Take(files.Length).Any(CanAir))
        {
            throw new ScheduleException($"None of the {files.Length} media files in '{folder}' can be aired; see the reasons above.");
        }

        DateTimeZone zone = LocalZone();
        var channel = new Channel(
            ChannelId.FromShortName("media"),
            "media",
            Path.GetFileName(Path.TrimEndingDirectorySeparator(folder)) is { Length: > 0 } name ? name : "Media",
            zone,
            ChooseProfile([.. known.Where(CanAir)]));
        return Schedule(channel, known, files.Length);
    }

    /// <summary>Gives the channel's station another list whenever files come, go or change, until it is stopped.</summary>
    public async Task FollowAsync(Station station, ILoggerFactory loggerFactory, CancellationToken stop)
    {
        Channel channel = station.Channels[0].Channel;
        using var watch = new FileWatch(station.Clock, station.Executor, loggerFactory);
        await watch.FollowFolderAsync(folder, stop);
        await watch.FollowFolderAsync(_fillerFolder, stop);
        await watch.RunAsync(_ => ReviseAsync(station, channel, stop), stop);
    }

    private static bool IsMedia(string file) => s_extensions.Contains(Path.GetExtension(file));

    private static MediaFileKey[] Keys(params string[][] files) => [.. files.SelectMany(some => some).Select(file => new MediaFileKey(file, StreamChoice.Best))];

    /// <summary>True for a file that can be read, or that could be read earlier: it keeps its place.</summary>
    private static bool CanAir(MediaFile file) => file.Facts is not null && file.Duration.ToDuration() >= ScheduleItem.MinDuration;

    private static ChannelSchedule Schedule(Channel channel, IReadOnlyList<MediaFile> known, int programmes) => new ChannelSchedule(
        channel,
        new Programme(
            Programme.DefaultStart(channel.Zone),
            End: null,
            Repeats: true,
            [.. known.Take(programmes).Where(CanAir).Select(file => ScheduleItem.Programme(file.Key.Path, Path.GetFileNameWithoutExtension(file.Key.Path), file.Duration.ToDuration()))],
            [.. known.Skip(programmes).Where(CanAir).Select(file => ScheduleItem.Filler(file.Key.Path, Path.GetFileNameWithoutExtension(file.Key.Path), file.Duration.ToDuration()))])).PackedToGrid();

    /// <summary>Returns the media files of the folder, and those that fill gaps.</summary>
    private (string[] Files, string[] Filler) List()
    {
        string[] all = Folders.Read("--media", folder);
        string[] files = [.. all.Where(IsMedia)];
        string[] filler = Path.Exists(_fillerFolder) ? [.. Folders.Read("--media, for fillers,", _fillerFolder).Where(IsMedia)] : [];
        return files.Length > 0 ? (files, filler) : throw new ScheduleException(all.Length == 0
            ? $"The folder '{folder}' contains no files; put some in, or give another folder with --media."
            : $"None of the {all.Length} files in '{folder}' has the extension of a media file: {string.Join(' ', s_extensions.Order(StringComparer.Ordinal))}.");
    }

    /// <summary>Gives the station the list of the files that are there now.</summary>
    private async Task ReviseAsync(Station station, Channel channel, CancellationToken stop)
    {
        try
        {
            (string[] files, string[] fillerFiles) = List();
            HashSet<string> present = [.. files, .. fillerFiles];
            await library.ForgetAsync(_present.Except(present, StringComparer.Ordinal), stop);
            _present = present;
            IReadOnlyList<MediaFile> known = await library.LookAsync(Keys(files, fillerFiles), cancellationToken: stop);
            await TellLeftOutAsync(known);
            await station.ReviseAsync(channel.Id, Schedule(channel, known, files.Length).Programme, stop);
        }
        catch (ScheduleException exception)
        {
            // A disk that is away leaves an empty folder, or none. The list stays, and its files come back with the disk.
            await Console.Error.WriteLineAsync($"The list stays as it is: {exception.Message}");
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The station ends.
        }
    }

    /// <summary>Tells of files that cannot be aired, once.</summary>
    private async Task TellLeftOutAsync(IReadOnlyList<MediaFile> known)
    {
        HashSet<string> leftOut = [];
        foreach (MediaFile file in known.Where(file => file.Problem is not null || !CanAir(file)))
        {
            string problem = file.Problem
                ?? $"'{file.Key.Path}' lasts only {file.Duration}; an item has to last at least {ScheduleItem.MinDuration.TotalMilliseconds} ms.";
            if (leftOut.Add(problem) && !_leftOut.Contains(problem))
            {
                await Console.Error.WriteLineAsync(CanAir(file) ? $"A slate airs instead: {problem}" : $"Left out: {problem}");
            }
        }

        _leftOut = leftOut;
    }

    private static ChannelProfile ChooseProfile(MediaFile[] files)
    {
        CopyAdmission admission = CopyAdmission.Decide(files.Select(file => file.Facts!.ToCandidate(file.Key)));
        if (admission.Refused.IsEmpty)
        {
            Console.WriteLine("All files have the same formats: they air as they are encoded.");
            return ChannelProfile.Copy;
        }

        VideoFormat[] pictures = [.. files.Select(file => file.Facts!.Video?.Video).OfType<VideoFormat>()];
        (int width, int height) = pictures.Any(picture => picture.Height > 576) ? (1280, 720) : (640, 360);
        Rational rate = pictures.Select(picture => picture.FrameRate)
            .Where(candidate => candidate.IsPositive && candidate >= new Rational(10, 1) && candidate <= new Rational(60, 1))
            .GroupBy(candidate => candidate.Reduce())
            .MaxBy(alike => alike.Count())?.Key ?? new Rational(25, 1);
        CopyRefusal first = admission.Refused[0];
        Console.WriteLine($"The files have different formats, so they are encoded again as {width}x{height} at {rate.Numerator / (double)rate.Denominator:0.##} frames per second:");
        Console.WriteLine($"  {Path.GetFileName(first.File)} {first.Reason}.");
        return ChannelProfile.Transcode(width, height, rate);
    }

    private static DateTimeZone LocalZone()
    {
        try
        {
            return DateTimeZoneProviders.Tzdb.GetSystemDefault();
        }
        catch (DateTimeZoneNotFoundException)
        {
            return DateTimeZone.Utc;
        }
    }

    /// <summary>Hands on how many files are known; unlike <see cref="Progress{T}"/> at once.</summary>
    private sealed class Reporter(Action<int> report) : IProgress<LoadProgress>
    {
        public void Report(LoadProgress value) => report(value.Done);
    }
}
