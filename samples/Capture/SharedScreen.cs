using RetroVue.Media.Devices.PipeWire;
using RetroVue.Media.Devices.Portal;
using RetroVue.Media.Pipelines;

namespace RetroVue.Samples;

/// <summary>A screen or a window that the user shares through the desktop's portal.</summary>
internal static class SharedScreen
{
    /// <summary>The name that selects it.</summary>
    public const string Name = "portal";

    /// <summary>Returns the capabilities of the portal; null if there is none.</summary>
    public static Task<ScreenCastCapabilities?> ProbeAsync(CancellationToken cancellation) => ScreenCast.ProbeAsync(null, cancellation);

    /// <summary>Asks the user, or uses the token in the file; stores the new token, because a token can be used once.</summary>
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
            // The token opens the screen without a question, so the file is private from the first byte on.
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

    /// <summary>Makes the source that records the shared screen. The size is the screen's own.</summary>
    public static PipeWireVideoSource Open(ScreenCast screen, CaptureSettings settings) => new("video", new PipeWireVideoSourceOptions
    {
        Screen = screen.Streams[0],
        FrameRate = settings.FrameRate,
    });
}
