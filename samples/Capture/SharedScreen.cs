using RetroVue.Media.Devices.PipeWire;
using RetroVue.Media.Devices.Portal;
using RetroVue.Media.Pipelines;

namespace RetroVue.Samples;

/// <summary>A screen or a window that the user shares through the desktop's portal.</summary>
internal static class SharedScreen
{
    /// <summary>The name that selects it.</summary>
    public const string Name = "portal";

    /// <summary>What the portal can share; null if there is none.</summary>
    public static Task<ScreenCastCapabilities?> ProbeAsync(CancellationToken cancellation) => ScreenCast.ProbeAsync(null, cancellation);

    /// <summary>Asks the user, or has the file answer, which is then written anew: a token is good once.</summary>
    public static async Task<ScreenCast> StartAsync(CaptureSettings settings, CancellationToken cancellation)
    {
        string? file = settings.RestoreToken;
        ScreenCast screen = await ScreenCast.StartAsync(
            new ScreenCastOptions
            {
                Persistence = file is null ? ScreenCastPersistence.None : ScreenCastPersistence.UntilRevoked,
                RestoreToken = file is not null && File.Exists(file)
                    ? (await File.ReadAllTextAsync(file, cancellation).ConfigureAwait(false)).Trim()
                    : null,
            },
            cancellation).ConfigureAwait(false);
        if (file is not null && screen.RestoreToken is { } token)
        {
            // It opens the screen without a question: nobody else's business, from the first byte on.
            var mine = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
            if (OperatingSystem.IsLinux())
            {
                mine.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            await using var writer = new StreamWriter(file, mine);
            await writer.WriteAsync(token).ConfigureAwait(false);
        }

        return screen;
    }

    /// <summary>The source that records what was shared. The screen has the size it has.</summary>
    public static PipeWireVideoSource Open(ScreenCast screen, CaptureSettings settings) => new("video", new PipeWireVideoSourceOptions
    {
        Screen = screen.Streams[0],
        FrameRate = settings.FrameRate,
    });
}
