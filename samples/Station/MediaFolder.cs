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

/// <summary>Makes one channel of the files in a folder, in the order of their names; those in its folder "filler" fill gaps.</summary>
internal static class MediaFolder
{
    private static readonly FrozenSet<string> s_extensions = new[]
    {
        ".3gp", ".aac", ".avi", ".flac", ".flv", ".m2ts", ".m4a", ".m4v", ".mkv", ".mov", ".mp3", ".mp4", ".mpeg", ".mpg", ".mts", ".mxf",
        ".oga", ".ogg", ".ogv", ".opus", ".ts", ".vob", ".wav", ".webm", ".wmv",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>The channel: copied where all its files are of one kind, transcoded otherwise.</summary>
    /// <exception cref="ScheduleException">The folder cannot be read, or there is no file in it that can be aired.</exception>
    public static async Task<ChannelSchedule> ReadAsync(string folder, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(folder))
        {
            throw new ScheduleException($"There is no folder '{folder}'.");
        }

        (string File, ProbedMedia Media)[] programmes = await Task.Run(() => Probe(folder, cancellationToken), cancellationToken);
        (string File, ProbedMedia Media)[] filler = await Task.Run(() => Probe(Path.Combine(folder, "filler"), cancellationToken), cancellationToken);
        if (programmes.Length == 0)
        {
            throw new ScheduleException($"There is no file in '{folder}' that can be aired.");
        }

        DateTimeZone zone = LocalZone();
        var channel = new ChannelSchedule(
            ChannelId.FromShortName("media"),
            "media",
            Path.GetFileName(Path.TrimEndingDirectorySeparator(folder)) is { Length: > 0 } name ? name : "Media",
            zone,
            ChooseProfile([.. programmes, .. filler]),
            ChannelSchedule.DefaultStart(zone),
            End: null,
            Repeats: true,
            [.. programmes.Select(file => ScheduleItem.Programme(file.File, Path.GetFileNameWithoutExtension(file.File), file.Media.Duration.ToDuration()))],
            [.. filler.Select(file => ScheduleItem.Filler(file.File, Path.GetFileNameWithoutExtension(file.File), file.Media.Duration.ToDuration()))]);
        return channel.PackedToGrid();
    }

    private static (string File, ProbedMedia Media)[] Probe(string folder, CancellationToken cancellationToken)
    {
        List<(string, ProbedMedia)> files = [];
        IEnumerable<string> found = Directory.Exists(folder) ? Directory.EnumerateFiles(folder) : [];
        foreach (string file in found.Where(file => s_extensions.Contains(Path.GetExtension(file))).Order(StringComparer.Ordinal))
        {
            try
            {
                ProbedMedia media = MediaProbe.Probe(file, cancellationToken);
                if (media.Duration.ToDuration() >= ScheduleItem.MinDuration)
                {
                    files.Add((file, media));
                }
            }
            catch (MediaFileException exception)
            {
                Console.Error.WriteLine($"Left out: {exception.Message}");
            }
        }

        return [.. files];
    }

    private static ChannelProfile ChooseProfile((string File, ProbedMedia Media)[] files)
    {
        CopyAdmission admission = CopyAdmission.Decide(files.Select(file => CopyCandidate.Of(file.File, file.Media)));
        if (admission.Refused.IsEmpty)
        {
            Console.WriteLine("All files are of one kind: they air as they are encoded.");
            return ChannelProfile.Copy;
        }

        VideoFormat[] pictures = [.. files.Select(file => file.Media.Info.Video?.Format.Video).OfType<VideoFormat>()];
        (int width, int height) = pictures.Any(picture => picture.Height > 576) ? (1280, 720) : (640, 360);
        Rational rate = pictures.Select(picture => picture.FrameRate)
            .Where(candidate => candidate.IsPositive && candidate >= new Rational(10, 1) && candidate <= new Rational(60, 1))
            .GroupBy(candidate => candidate.Reduce())
            .MaxBy(alike => alike.Count())?.Key ?? new Rational(25, 1);
        CopyRefusal first = admission.Refused[0];
        Console.WriteLine($"Files are of unlike kinds, so they are encoded anew as {width}x{height} at {rate.Numerator / (double)rate.Denominator:0.##} frames per second:");
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
