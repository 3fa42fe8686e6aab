namespace RetroVue.Media.Formats;

/// <summary>Which loudspeakers the channels of a sound stream are for, by the field's usual names ("mono", "stereo", "5.1").</summary>
/// <param name="Name">The name as FFmpeg's channel layout descriptions spell it.</param>
/// <param name="Channels">The number of channels, 1 or more.</param>
public sealed record ChannelLayout(string Name, int Channels)
{
    /// <summary>One channel.</summary>
    public static ChannelLayout Mono { get; } = new("mono", 1);

    /// <summary>Left and right.</summary>
    public static ChannelLayout Stereo { get; } = new("stereo", 2);

    /// <summary>The layout's name.</summary>
    public override string ToString() => Name;
}
