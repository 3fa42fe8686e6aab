using System.Text.Json;
using Spectre.Console;

namespace RetroVue.Samples;

/// <summary>The station that airs where no other was asked for: its media are made on first use.</summary>
internal static class DemoStation
{
    /// <summary>Makes what is missing of the media and the schedule, and returns the schedule's file.</summary>
    public static async Task<string> MakeAsync(string data, CancellationToken cancellationToken)
    {
        string folder = Path.Combine(data, "demo");
        Directory.CreateDirectory(folder);
        DemoClip[] missing = [.. DemoChannel.All.SelectMany(channel => channel.Clips).Where(clip => !File.Exists(Path.Combine(folder, clip.File)))];
        if (missing.Length > 0)
        {
            Console.WriteLine($"Making demo media in {folder} (once) …");
            await AnsiConsole.Progress().StartAsync(progress => MakeAsync(folder, missing, progress, cancellationToken));
        }

        string schedule = Path.Combine(folder, "schedule.json");
        if (!File.Exists(schedule))
        {
            await File.WriteAllBytesAsync($"{schedule}.part", Write(), cancellationToken);
            File.Move($"{schedule}.part", schedule);
        }

        return schedule;
    }

    private static async Task MakeAsync(string folder, DemoClip[] clips, ProgressContext progress, CancellationToken cancellationToken)
    {
        Dictionary<DemoClip, ProgressTask> bars = clips.ToDictionary(clip => clip, clip => progress.AddTask(clip.Title, maxValue: clip.Seconds));
        var options = new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(
            clips,
            options,
            async (clip, token) => await ClipMaker.MakeAsync(clip, folder, time => bars[clip].Value = time.ToTimeSpan().TotalSeconds, token));
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
