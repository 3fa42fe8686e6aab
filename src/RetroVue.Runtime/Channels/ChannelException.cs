namespace RetroVue.Runtime.Channels;

/// <summary>
/// A channel cannot be put on the air, or a producer cannot take it over. The message names the channel and says why; the cause is the inner
/// exception. It is transient if that is.
/// </summary>
public sealed class ChannelException : StationException
{
    internal ChannelException(string channel, string message, Exception? innerException = null)
        : base(message, innerException) => Channel = channel;

    /// <summary>The channel's short name.</summary>
    public string Channel { get; }
}
