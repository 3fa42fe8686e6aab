using RetroVue.Media.Time;

namespace RetroVue.Runtime.Schedules;

/// <summary>How a channel is made; fixed for its life: <see cref="CopyProfile"/> or <see cref="TranscodeProfile"/>.</summary>
public abstract record ChannelProfile
{
    private protected ChannelProfile()
    {
    }

    /// <summary>The profile of a channel that airs its items as they are.</summary>
    public static CopyProfile Copy { get; } = new();

    /// <summary>The profile of a channel that is encoded at one size and rate.</summary>
    public static TranscodeProfile Transcode(int width, int height, Rational rate) => new(width, height, rate);
}
