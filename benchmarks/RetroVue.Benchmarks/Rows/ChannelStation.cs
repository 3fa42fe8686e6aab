using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using NodaTime;
using RetroVue.Media.FFmpeg.Containers;
using RetroVue.Runtime.AspNetCore;
using RetroVue.Runtime.Schedules;
using RetroVue.Runtime.Time;

namespace RetroVue.Benchmarks.Rows;

/// <summary>The serving process of the channel row: a station with a looping channel in copy mode for each file.</summary>
internal static class ChannelStation
{
    /// <summary>The program runs as such a station if this is its first argument.</summary>
    public const string Command = "station";

    /// <summary>Serves until standard input ends; the first line of standard output is the port.</summary>
    public static async Task RunAsync(string[] files)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Services.AddRetroVue(station => station.Channels = [.. files.Select((file, number) => ChannelOf(file, number, files.Length))]);
        await using WebApplication app = builder.Build();
        app.MapRetroVue();
        await app.StartAsync();
        Console.WriteLine(new Uri(app.Urls.First()).Port);
        await Console.In.ReadLineAsync();
        await app.StopAsync();
    }

    /// <summary>Returns the HTTP path of the channel of a file.</summary>
    public static string PathOf(int number) => $"/channels/{NameOf(number)}/live.ts";

    private static string NameOf(int number) => string.Create(CultureInfo.InvariantCulture, $"c{number:00}");

    private static ChannelSchedule ChannelOf(string file, int number, int count)
    {
        NodaTime.Duration duration = MediaProbe.Probe(file).Duration.ToDuration();
        return new ChannelSchedule(
            new Channel(
                Guid.NewGuid(),
                NameOf(number),
                NameOf(number),
                DateTimeZone.Utc,
                ChannelProfile.Copy),
            new Programme(
                // Each channel is at a different position in its file, as in a real station: key frames and ends of files do not coincide.
                MasterClock.FromSystem().UtcNow - duration - (duration * number / count),
                null,
                true,
                [ScheduleItem.Programme(file, Path.GetFileName(file), duration)],
                []));
    }
}
