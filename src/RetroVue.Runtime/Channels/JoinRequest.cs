using RetroVue.Media.Time;
using RetroVue.Runtime.Output;

namespace RetroVue.Runtime.Channels;

/// <summary>
/// The wishes of a viewer who joins a channel. They are independent of the protocol that carries the stream to the viewer.
/// </summary>
/// <param name="Client">The client's own description of itself, for people.</param>
public sealed record JoinRequest(string Client)
{
    /// <summary>
    /// How much media that has aired already the stream begins with, if this viewer puts the channel on the air; by default none.
    /// </summary>
    public ClockTime Preroll { get; init; }

    /// <summary>
    /// How long the viewer may be silent before the session ends. None, the default, is for a viewer who leaves only by <see
    /// cref="ViewerSession.DisposeAsync"/>.
    /// </summary>
    public ClockTime SilenceLimit { get; init; } = ClockTime.None;

    /// <summary>
    /// Called with the output that the viewer watches, before the channel goes on the air with it: attach a consumer here if it must get
    /// everything. Called again with each output that replaces a failed one, and perhaps twice with the same output. It may be called on
    /// any thread, and must not wait or throw.
    /// </summary>
    public Action<ChannelOutput>? Watching { get; init; }

    /// <summary>Lets the viewer attach a consumer before anything is sent; returns the exception that its callback threw, or null.</summary>
    internal Exception? Watch(ChannelOutput output)
    {
        try
        {
            Watching?.Invoke(output);
            return null;
        }
        catch (Exception exception)
        {
            return exception;
        }
    }
}
