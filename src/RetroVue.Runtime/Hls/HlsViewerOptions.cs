namespace RetroVue.Runtime.Hls;

/// <summary>How viewers of HLS are served.</summary>
public sealed record HlsViewerOptions
{
    /// <summary>How many target durations a viewer may ask for nothing before the session is over; three unless set.</summary>
    public int Silence { get; init; } = 3;

    /// <summary>
    /// How many target durations before now a channel begins when its first viewer takes HLS: the three that a player keeps from the end
    /// (RFC 8216 6.3.3), and the one that is still growing. Four unless set.
    /// </summary>
    public int Preroll { get; init; } = 4;
}
