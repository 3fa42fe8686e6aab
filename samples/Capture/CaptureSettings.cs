using RetroVue.Media.Time;

namespace RetroVue.Samples;

/// <summary>The settings of a recording.</summary>
internal sealed record CaptureSettings
{
    /// <summary>A picture device by its name in the list, "portal" for a screen, "test", or null for none.</summary>
    public string? Video { get; init; }

    /// <summary>For a screen: the file for the restore token; null to ask each time.</summary>
    public string? RestoreToken { get; init; }

    /// <summary>A sound device by its name in the list, "test", or null for none.</summary>
    public string? Audio { get; init; }

    /// <summary>A file, or a URL for a transport stream.</summary>
    public required string Output { get; init; }

    /// <summary>Options of the URL's protocol, by FFmpeg's names.</summary>
    public IReadOnlyDictionary<string, string> ProtocolOptions { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    public int Width { get; init; } = 640;

    public int Height { get; init; } = 360;

    public Rational FrameRate { get; init; } = new(25, 1);

    /// <summary>True to go on in a new file if the signal's size or rate changes; false to scale to the first size.</summary>
    public bool HasNewFiles { get; init; }

    /// <summary>The duration; None to record until interrupted.</summary>
    public ClockTime Duration { get; init; } = ClockTime.None;

    /// <summary>The file for the plot; null for none.</summary>
    public string? Plot { get; init; }
}
