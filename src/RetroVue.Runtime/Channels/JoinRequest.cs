using RetroVue.Media.Time;
using RetroVue.Runtime.Output;

namespace RetroVue.Runtime.Channels;

/// <summary>What a viewer who joins a channel wants of it; how the stream reaches the viewer is no affair of the channel's.</summary>
/// <param name="Client">What the client says of itself, for people.</param>
public sealed record JoinRequest(string Client)
{
    /// <summary>
    /// How much of what has aired already the stream is to begin with, if this viewer puts the channel on the air; nothing unless set.
    /// </summary>
    public ClockTime Preroll { get; init; }

    /// <summary>
    /// How long nothing may be heard of the viewer before the session is over; None, as unless set, for a viewer who leaves by
    /// <see cref="ViewerSession.DisposeAsync"/> alone.
    /// </summary>
    public ClockTime SilenceLimit { get; init; } = ClockTime.None;

    /// <summary>
    /// Called with what the viewer watches, also before the channel goes on the air with it: the place to attach a consumer that is to have
    /// everything. Called again with each output that takes the place of one that has failed, and perhaps twice with the same. On any thread; it
    /// waits for nothing and throws nothing.
    /// </summary>
    public Action<ChannelOutput>? Watching { get; init; }
}
