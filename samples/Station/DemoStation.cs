using System.Text.Json;

namespace RetroVue.Samples;

/// <summary>The station that runs if no other is given; its media is made on first use.</summary>
internal static class DemoStation
{
    /// <summary>Makes the missing media and the schedule, and returns the path of the schedule.</summary>
    public static async Task<string> MakeAsync(string data, CancellationToken cancellationToken)
    {
        string folder = Path.Combine(data, "demo");
        string schedule = Path.Combine(folder, "schedule.json");
        if (Missing(folder).Length == 0 && File.Exists(schedule))
        {
            return schedule;
        }

        Folders.Make("--data", folder);
        try
        {
            using FolderLock mine = await FolderLock.TakeAsync(folder, cancellationToken);
            // Another process may have made the media meanwhile.
            DemoClip[] missing = Missing(folder);
            if (missing.Length > 0)
            {
                Console.WriteLine($"Making demo media in {folder} (once) …");
                await MakeAsync(folder, missing, cancellationToken);
            }

            if (!File.Exists(schedule))
            {
                await File.WriteAllBytesAsync($"{schedule}.part", Write(), cancellationToken);
                File.Move($"{schedule}.part", schedule);
            }
        }
        catch (UnauthorizedAccessException exception)
        {
            throw Folders.NotWritable("--data", folder, exception);
        }

        return schedule;
    }

    private static DemoClip[] Missing(string folder) =>
        [.. DemoChannel.All.SelectMany(channel => channel.Clips).Where(clip => !File.Exists(Path.Combine(folder, clip.File)))];

    private static Task MakeAsync(string folder, DemoClip[] clips, CancellationToken cancellationToken)
    {
        var options = new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancellationToken };
        return Progress.RunAsync(
            [.. clips.Select(clip => (clip.Title, (double)clip.Seconds))],
            advance => Parallel.ForAsync(
                0,
                clips.Length,
                options,
                async (index, token) => await ClipMaker.MakeAsync(clips[index], folder, time => advance(index, time.ToTimeSpan().TotalSeconds), token)));
    }

    private static byte[] Write()
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteStartArray("channels");
            foreach (DemoChannel channel in DemoChannel.All)
            {
                Write(json, channel);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return stream.ToArray();
    }

    private static void Write(Utf8JsonWriter json, DemoChannel channel)
    {
        json.WriteStartObject();
        json.WriteString("shortName", channel.ShortName);
        json.WriteString("name", channel.Name);
        json.WriteString("timeZone", "UTC");
        json.WriteStartObject("profile");
        foreach ((string field, string value) in channel.Profile)
        {
            json.WriteString(field, value);
        }

        json.WriteEndObject();
        json.WriteStartArray("items");
        foreach (DemoClip clip in channel.Clips)
        {
            json.WriteStartObject();
            json.WriteString("file", clip.File);
            json.WriteString("title", clip.Title);
            json.WriteString("duration", TimeSpan.FromSeconds(clip.Seconds).ToString("c", System.Globalization.CultureInfo.InvariantCulture));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
