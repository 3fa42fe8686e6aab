using RetroVue.Media.Time;

namespace RetroVue.Runtime.Schedules;

/// <summary>Copied or transcoded, and the formats: <see cref="CopyProfile"/> or <see cref="TranscodeProfile"/>. It never changes.</summary>
public abstract record ChannelProfile
{
    private protected ChannelProfile()
    {
    }

    /// <summary>The profile of a channel that airs its items as they are encoded.</summary>
    public static CopyProfile Copy { get; } = new();

    /// <summary>Makes the profile of a channel that is encoded at one size and rate.</summary>
    public static TranscodeProfile Transcode(int width, int height, Rational rate) => new(width, height, rate);
}
