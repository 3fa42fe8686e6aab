using NodaTime;
using RetroVue.Media.Time;
using RetroVue.Runtime.Output;

namespace RetroVue.Runtime.Channels;

/// <summary>How channels are run.</summary>
public sealed record ChannelOptions
{
    /// <summary>How long a channel stays on the air after its last viewer has left; zero takes it off at once. Ten seconds unless set.</summary>
    public ClockTime Linger { get; init; } = ClockTime.FromSeconds(10);

    /// <summary>How far ahead the producer is told the plan; six hours unless set.</summary>
    public Duration Horizon { get; init; } = Duration.FromHours(6);

    /// <summary>
    /// How long after a failure a channel that is watched is tried again; twice as long after each further attempt that fails, up to thirty
    /// seconds. One second unless set.
    /// </summary>
    public ClockTime RecoveryPause { get; init; } = ClockTime.FromSeconds(1);

    /// <summary>How often in a row a channel that has failed is tried again before it is given up. Five times unless set.</summary>
    public int RecoveryAttempts { get; init; } = 5;

    /// <summary>Where every channel's line is zero.</summary>
    public Instant Epoch { get; init; } = ChannelLine.DefaultEpoch;
}
