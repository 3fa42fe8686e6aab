using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RetroVue.Media;
using RetroVue.Media.FFmpeg;
using RetroVue.Runtime.AspNetCore;
using RetroVue.Runtime.Catalogue;
using RetroVue.Runtime.Channels;
using RetroVue.Runtime.Schedules;
using RetroVue.Runtime.Storage;

namespace RetroVue.Samples;

/// <summary>Runs the station from start to stop.</summary>
internal static class StationProgram
{
    private static readonly TimeSpan s_soon = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(200);

    /// <returns>0 after it was stopped; 1 if it could not start, with one line that says why.</returns>
    public static async Task<int> RunAsync(StationSettings settings, CancellationToken stop)
    {
        try
        {
            LinesAboveBars.Install();
            if (!TryParseHost(settings.Host, out IPAddress? address))
            {
                throw new ScheduleException($"'{settings.Host}' is not an address to listen on; write one such as 127.0.0.1, or any.");
            }

            // The app is built before the folder is read, with the help of the app's catalogue; the station asks for its channels at its start.
            List<ChannelSchedule>? folder = settings.Media is null ? null : [];
            string? schedule = settings.Media is null ? settings.Schedule ?? await DemoStation.MakeAsync(settings.Data, stop) : null;
            Folders.Make("--data", settings.Data);
            // The storage comes first, so that a database that cannot be used ends the start before the station begins.
            await using WebApplication app = Build(address, settings.Port, services => services
                .AddRetroVueStorage(settings.Database, storage => storage.SpoolFolder = Path.Combine(settings.Data, "spool"))
                .AddRetroVue(station => (station.Channels, station.ScheduleFile) = (folder, schedule)));
            ILoggerFactory loggers = app.Services.GetRequiredService<ILoggerFactory>();
            LogFFmpeg(loggers);
            MediaFolder? media = settings.Media is { } path ? new MediaFolder(path, app.Services.GetRequiredService<MediaLibrary>()) : null;
            if (media is not null)
            {
                folder!.Add(await media.ReadAsync(stop));
            }

            await app.StartAsync(stop);
            Console.WriteLine($"RetroVue station on the air: {app.Urls.First().Replace("[::]", "localhost", StringComparison.Ordinal)}/");
            Station station = app.Services.GetRequiredService<Station>();
            Task beside = Task.WhenAll(
                ShowLoadingAsync(station, stop),
                media?.FollowAsync(station, loggers, stop) ?? Task.CompletedTask);
            await app.WaitForShutdownAsync(stop);
            await beside.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            FFmpegLibrary.LogTo(null);
            return 0;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return 0;
        }
        catch (IOException exception) when (exception.InnerException is AddressInUseException)
        {
            return Fail($"Port {settings.Port} of {settings.Host} is in use; choose another with --port.");
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.AccessDenied)
        {
            return Fail($"{Environment.UserName} may not use port {settings.Port}: ports below 1024 are reserved for the system. Choose another with --port.");
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.AddressNotAvailable)
        {
            return Fail($"{settings.Host} is not an address of this machine; choose another with --host, or 'any'.");
        }
        catch (Exception exception) when (exception is IOException or SocketException or UnauthorizedAccessException or MediaException)
        {
            return Fail(exception.Message);
        }
    }

    private static WebApplication Build(IPAddress address, int port, Action<IServiceCollection> register)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        Log(builder.Logging);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(address, port));
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(4));
        register(builder.Services);
        WebApplication app = builder.Build();
        app.MapRetroVue();
        return app;
    }

    private static void Log(ILoggingBuilder logging) => logging.ClearProviders()
        .AddSimpleConsole(console => console.SingleLine = true)
        .AddFilter("Microsoft", LogLevel.Warning)
        .AddFilter("Microsoft.Extensions.Hosting", LogLevel.None) // This program reports a failed start itself, in one line.
        .AddFilter("RetroVue.Media", LogLevel.Warning);

    /// <summary>Shows how far the station has looked at its files, if that takes longer than a second.</summary>
    private static async Task ShowLoadingAsync(Station station, CancellationToken stop)
    {
        Task loaded = station.WaitForFilesAsync(stop);
        await Task.WhenAny(loaded, Task.Delay(s_soon, stop));
        if (loaded.IsCompleted || stop.IsCancellationRequested)
        {
            return;
        }

        await Progress.RunAsync([("files", station.Progress.Files)], async advance =>
        {
            while (!loaded.IsCompleted)
            {
                await Task.WhenAny(loaded, Task.Delay(s_look, CancellationToken.None));
                advance(0, station.Progress.Done);
            }
        });
    }

    /// <summary>Adds FFmpeg's errors to the station's log, unless the user wants FFmpeg's messages on standard error.</summary>
    private static void LogFFmpeg(ILoggerFactory loggerFactory)
    {
        try
        {
            if (Environment.GetEnvironmentVariable(FFmpegLibrary.LogVariable) is null)
            {
                FFmpegLibrary.LogTo(loggerFactory, LogLevel.Error);
            }
        }
        catch (FFmpegLibraryException)
        {
            // Without the library that receives FFmpeg's messages, they stay on standard error. If FFmpeg itself is missing, the start
            // reports it.
        }
    }

    private static bool TryParseHost(string host, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out IPAddress? address)
    {
        address = host switch
        {
            "any" => IPAddress.IPv6Any,
            "localhost" => IPAddress.Loopback,
            _ => IPAddress.TryParse(host, out IPAddress? parsed) ? parsed : null,
        };
        return address is not null;
    }

    private static int Fail(string message)
    {
        Console.Error.WriteLine(message);
        return 1;
    }
}
