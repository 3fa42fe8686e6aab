using System.Collections.Frozen;
using NodaTime;
using NodaTime.TimeZones;
using RetroVue.Media.FFmpeg.Containers;
using RetroVue.Media.Formats;
using RetroVue.Media.Time;
using RetroVue.Runtime.Output;
using RetroVue.Runtime.Schedules;
using RetroVue.Runtime.Time;

namespace RetroVue.Samples;

/// <summary>Makes one channel from the files in a folder, in the order of their names; files in its folder "filler" fill gaps.</summary>
internal static class MediaFolder
{
    private static readonly FrozenSet<string> s_extensions = new[]
    {
        ".3gp", ".aac", ".avi", ".flac", ".flv", ".m2ts", ".m4a", ".m4v", ".mkv", ".mov", ".mp3", ".mp4", ".mpeg", ".mpg", ".mts", ".mxf",
        ".oga", ".ogg", ".ogv", ".opus", ".ts", ".vob", ".wav", ".webm", ".wmv",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Returns the channel: copied if all its files have the same formats, transcoded if not.</summary>
    /// <exception cref="ScheduleException">The folder cannot be read, or contains no file that can air.</exception>
    public static async Task<ChannelSchedule> ReadAsync(string folder, CancellationToken cancellationToken)
    {
        string[] all = Folders.Read("--media", folder);
        string[] files = [.. all.Where(IsMedia)];
        string fillerFolder = Path.Combine(folder, "filler");
        string[] fillerFiles = Path.Exists(fillerFolder) ? [.. Folders.Read("--media, for fillers,", fillerFolder).Where(IsMedia)] : [];
        if (files.Length == 0)
        {
            throw new ScheduleException(all.Length == 0
                ? $"The folder '{folder}' contains no files; put some in, or give another folder with --media."
                : $"None of the {all.Length} files in '{folder}' has the extension of a media file: {string.Join(' ', s_extensions.Order(StringComparer.Ordinal))}.");
        }

        ProbedMedia?[] probed = await ProbeAsync([.. files, .. fillerFiles], cancellationToken);
        (string File, ProbedMedia Media)[] programmes = Usable(files, probed);
        (string File, ProbedMedia Media)[] filler = Usable(fillerFiles, probed[files.Length..]);
        if (programmes.Length == 0)
        {
            throw new ScheduleException($"None of the {files.Length} media files in '{folder}' can be aired; see the reasons above.");
        }

        DateTimeZone zone = LocalZone();
        var channel = new ChannelSchedule(
            new Channel(
                ChannelId.FromShortName("media"),
                "media",
                Path.GetFileName(Path.TrimEndingDirectorySeparator(folder)) is { Length: > 0 } name ? name : "Media",
                zone,
                ChooseProfile([.. programmes, .. filler])),
            new Programme(
                Programme.DefaultStart(zone),
                End: null,
                Repeats: true,
                [.. programmes.Select(file => ScheduleItem.Programme(file.File, Path.GetFileNameWithoutExtension(file.File), file.Media.Duration.ToDuration()))],
                [.. filler.Select(file => ScheduleItem.Filler(file.File, Path.GetFileNameWithoutExtension(file.File), file.Media.Duration.ToDuration()))]));
        return channel.PackedToGrid();
    }

    private static bool IsMedia(string file) => s_extensions.Contains(Path.GetExtension(file));

    private static (string File, ProbedMedia Media)[] Usable(string[] files, ProbedMedia?[] probed) =>
        [.. files.Zip(probed).Where(pair => pair.Second is not null).Select(pair => (pair.First, pair.Second!))];

    /// <summary>Probes files, as many at a time as there are processors; null for a file that cannot be aired, with a message.</summary>
    private static async Task<ProbedMedia?[]> ProbeAsync(string[] files, CancellationToken cancellationToken)
    {
        var probed = new ProbedMedia?[files.Length];
        var problems = new string?[files.Length];
        int done = 0;
        Console.WriteLine($"Checking {files.Length} files …");
        await Progress.RunAsync(
            [("files", files.Length)],
            advance => Parallel.ForAsync(
                0,
                files.Length,
                new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancellationToken },
                async (index, token) =>
                {
                    (probed[index], problems[index]) = await ProbeAsync(files[index], token);
                    advance(0, Interlocked.Increment(ref done));
                }));
        foreach (string problem in problems.OfType<string>())
        {
            await Console.Error.WriteLineAsync($"Left out: {problem}");
        }

        return probed;
    }

    private static async Task<(ProbedMedia? Media, string? Problem)> ProbeAsync(string file, CancellationToken cancellationToken)
    {
        try
        {
            ProbedMedia media = await MediaProbe.ProbeAsync(file, cancellationToken: cancellationToken);
            return media.Duration.ToDuration() >= ScheduleItem.MinDuration
                ? (media, null)
                : (null, $"'{file}' lasts only {media.Duration}; an item has to last at least {ScheduleItem.MinDuration.TotalMilliseconds} ms.");
        }
        catch (MediaFileException exception)
        {
            return (null, exception.Message);
        }
    }

    private static ChannelProfile ChooseProfile((string File, ProbedMedia Media)[] files)
    {
        CopyAdmission admission = CopyAdmission.Decide(files.Select(file => CopyCandidate.Of(file.File, file.Media)));
        if (admission.Refused.IsEmpty)
        {
            Console.WriteLine("All files have the same formats: they air as they are encoded.");
            return ChannelProfile.Copy;
        }

        VideoFormat[] pictures = [.. files.Select(file => file.Media.Info.Video?.Format.Video).OfType<VideoFormat>()];
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
}
