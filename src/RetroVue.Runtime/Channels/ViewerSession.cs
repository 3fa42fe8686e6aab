using NodaTime;
using RetroVue.Runtime.Output;

namespace RetroVue.Runtime.Channels;

/// <summary>
/// A viewer of a channel, from joining (<see cref="ChannelManager.JoinAsync"/>) to leaving (<see cref="DisposeAsync"/>). It is observed; it asks
/// for nothing and changes no schedule.
/// </summary>
/// <remarks>Thread-safe.</remarks>
public sealed class ViewerSession : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly Action<ViewerSession> _leave;
    private Instant _lastActivity;
    private ChannelOutput _output;

    internal ViewerSession(string id, JoinRequest request, Instant startedAt, ChannelOutput output, Action<ViewerSession> leave)
    {
        Id = id;
        Request = request;
        StartedAt = startedAt;
        _output = output;
        _leave = leave;
        _lastActivity = startedAt;
    }

    /// <summary>A unique id that nobody can guess.</summary>
    public string Id { get; }

    /// <summary>The wishes with which the viewer joined.</summary>
    public JoinRequest Request { get; }

    /// <summary>The client's own description of itself.</summary>
    public string Client => Request.Client;

    /// <summary>When the viewer joined, in station time.</summary>
    public Instant StartedAt { get; }

    /// <summary>The output that the viewer watches; a new one after the channel has failed and is on the air again.</summary>
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

    /// <summary>When the viewer last requested something or received media, in station time.</summary>
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

    /// <summary>
    /// Removes the viewer. If no viewer is left, the linger begins; without a linger, the channel goes off the air at once. The channel's
    /// open files are closed in the background. A further call is harmless, and so is a call after the session has ended by silence or with
    /// the station. Throws nothing.
    /// </summary>
    public ValueTask DisposeAsync()
    {
        _leave(this);
        return ValueTask.CompletedTask;
    }
}
