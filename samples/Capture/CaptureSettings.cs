using RetroVue.Media.Time;

namespace RetroVue.Samples;

/// <summary>What is recorded, and where to.</summary>
internal sealed record CaptureSettings
{
    /// <summary>A picture device as the list names it, "portal" for a screen, "test", or null for none.</summary>
    public string? Video { get; init; }

    /// <summary>Of a screen: the file that keeps what the user chose; null to ask each time.</summary>
    public string? RestoreToken { get; init; }

    /// <summary>A sound device as the list names it, "test", or null for none.</summary>
    public string? Audio { get; init; }

    /// <summary>A file, or a URL for a transport stream.</summary>
    public required string Output { get; init; }

    /// <summary>Options of the URL's protocol, by FFmpeg's names.</summary>
    public IReadOnlyDictionary<string, string> ProtocolOptions { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    public int Width { get; init; } = 640;

    public int Height { get; init; } = 360;

    public Rational FrameRate { get; init; } = new(25, 1);

    /// <summary>Whether a signal of another size or rate goes on in a new file, as it is; otherwise it is scaled into the first one.</summary>
    public bool HasNewFiles { get; init; }

    /// <summary>None: until it is interrupted.</summary>
    public ClockTime Duration { get; init; } = ClockTime.None;

    /// <summary>Where the plot goes; null for none.</summary>
    public string? Plot { get; init; }
}
