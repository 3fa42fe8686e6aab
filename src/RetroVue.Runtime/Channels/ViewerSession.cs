using NodaTime;
using RetroVue.Runtime.Output;

namespace RetroVue.Runtime.Channels;

/// <summary>A viewer of a channel, from joining to leaving. It is observed; it asks for nothing and changes no schedule.</summary>
/// <remarks>Thread-safe.</remarks>
public sealed class ViewerSession
{
    private readonly Lock _lock = new();
    private Instant _lastActivity;
    private ChannelOutput _output;

    internal ViewerSession(string id, JoinRequest request, Instant startedAt, ChannelOutput output)
    {
        Id = id;
        Request = request;
        StartedAt = startedAt;
        _output = output;
        _lastActivity = startedAt;
    }

    /// <summary>Tells the session from every other; cannot be guessed.</summary>
    public string Id { get; }

    /// <summary>What the viewer wants of the channel.</summary>
    public JoinRequest Request { get; }

    /// <summary>What the client says of itself.</summary>
    public string Client => Request.Client;

    /// <summary>When the viewer joined, in station time.</summary>
    public Instant StartedAt { get; }

    /// <summary>What the viewer watches; another one once the channel has failed and is on the air again.</summary>
    public ChannelOutput Output
    {
        get
        {
            lock (_lock)
            {
                return _output;
            }
        }

        internal set
        {
            lock (_lock)
            {
                _output = value;
            }
        }
    }

    /// <summary>When the viewer last asked for something, or took what was sent, in station time.</summary>
    public Instant LastActivity
    {
        get
        {
            lock (_lock)
            {
                return _lastActivity;
            }
        }

        internal set
        {
            lock (_lock)
            {
                _lastActivity = value;
            }
        }
    }
}
