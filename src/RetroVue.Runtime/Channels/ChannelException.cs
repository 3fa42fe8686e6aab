namespace RetroVue.Runtime.Channels;

/// <summary>
/// A channel cannot be put on the air, or a producer cannot take it over. The message names the channel and the reason; the inner exception
/// is the cause. It is transient if its cause is transient.
/// </summary>
public sealed class ChannelException : StationException
{
    internal ChannelException(string channel, string message, Exception? innerException = null)
        : base(message, innerException) => Channel = channel;

    /// <summary>The channel's short name.</summary>
    public string Channel { get; }

    /// <summary>The channel cannot be put on the air because of an error. An error of the schedule is thrown as it is.</summary>
    internal static StationException Of(string channel, Exception error) =>
        error as StationException ?? new ChannelException(channel, $"The channel '{channel}' cannot be put on the air: {error.Message}", error);
}
