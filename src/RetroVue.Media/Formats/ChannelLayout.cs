namespace RetroVue.Media.Formats;

/// <summary>The loudspeakers of a sound stream's channels, by their usual names ("mono", "stereo", "5.1").</summary>
/// <param name="Name">The name, as in FFmpeg's channel layout descriptions.</param>
/// <param name="Channels">The number of channels, 1 or more.</param>
public sealed record ChannelLayout(string Name, int Channels)
{
    /// <summary>One channel.</summary>
    public static ChannelLayout Mono { get; } = new("mono", 1);

    /// <summary>Left and right.</summary>
    public static ChannelLayout Stereo { get; } = new("stereo", 2);

    /// <summary>Returns the layout's name.</summary>
    public override string ToString() => Name;
}
