using System.Collections.Concurrent;
using System.Security.Cryptography;
using NodaTime;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using RetroVue.Runtime.Output;
using RetroVue.Runtime.Time;

// Cancelled on the calling thread, because the callbacks only wake tasks. On the thread pool, a simulation would lose its order.
#pragma warning disable CA1849, VSTHRD103, MA0042, MA0045

namespace RetroVue.Runtime.Channels;

/// <summary>The viewers of a channel: their sessions, and how long the channel stays on the air without a viewer.</summary>
/// <remarks>Thread-safe. Only <see cref="LingerAsync"/> waits.</remarks>
internal sealed class Audience(MasterClock clock, ChannelLine line, Executor executor, ChannelOptions options)
{
    private readonly Lock _lock = new();
    private readonly ConcurrentDictionary<string, ViewerSession> _sessions = new(StringComparer.Ordinal);
    private CancellationTokenSource? _linger;
    private int _expected;

    /// <summary>
    /// Called with an exception that <see cref="JoinRequest.Watching"/> threw for an output that replaces another one. The other viewers
    /// are not affected.
    /// </summary>
    public Action<Exception>? Refused { get; init; }

    /// <summary>Called with a viewer who leaves; it throws nothing.</summary>
    public required Action<ViewerSession> Left { get; init; }

    /// <summary>The number of viewers now.</summary>
    public int Count => _sessions.Count;

    /// <summary>True if nobody watches, and nobody is about to.</summary>
    public bool IsEmpty
    {
        get
        {
            lock (_lock)
            {
                return _expected == 0 && _sessions.IsEmpty;
            }
        }
    }

    /// <summary>The viewers now.</summary>
    public IReadOnlyCollection<ViewerSession> Sessions => [.. _sessions.Values];

    /// <summary>True until the viewer leaves.</summary>
    public bool Has(ViewerSession session) => _sessions.ContainsKey(session.Id);

    /// <summary>Finds a viewer's session; null if the session has ended.</summary>
    public ViewerSession? Find(string sessionId) => _sessions.GetValueOrDefault(sessionId);

    /// <summary>
    /// Announces a viewer who is about to join. This ends a linger. <see cref="Join"/> or <see cref="Forgo"/> must follow.
    /// </summary>
    public void Expect()
    {
        lock (_lock)
        {
            _expected++;
            CancellationTokenSource? linger = _linger;
            _linger = null;
            linger?.Cancel();
        }
    }

    /// <summary>Says that an announced viewer does not join after all.</summary>
    public void Forgo()
    {
        lock (_lock)
        {
            _expected--;
        }
    }

    /// <summary>Adds a viewer who was announced.</summary>
    /// <param name="request">The viewer's wishes.</param>
    /// <param name="output">The output that the viewer watches.</param>
    public ViewerSession Join(JoinRequest request, ChannelOutput output)
    {
        var session = new ViewerSession(RandomNumberGenerator.GetHexString(24, lowercase: true), request, clock.UtcNow, output, Left);
        lock (_lock)
        {
            _expected--;
            _sessions[session.Id] = session;
        }

        return session;
    }

    /// <summary>Removes a viewer; false if the viewer had left already.</summary>
    public bool Leave(ViewerSession session)
    {
        lock (_lock)
        {
            return _sessions.TryRemove(session.Id, out _);
        }
    }

    /// <summary>Returns the requests of all viewers as one, for an output that replaces a failed one.</summary>
    public JoinRequest Together() => new("those who stayed")
    {
        Preroll = _sessions.Values.Select(session => session.Request.Preroll).DefaultIfEmpty(ClockTime.Zero).Max(),
        Watching = TellWatching,
    };

    /// <summary>Gives all viewers the channel's new output.</summary>
    public void MoveTo(ChannelOutput output)
    {
        foreach (ViewerSession session in _sessions.Values)
        {
            session.Output = output;
        }

        TellWatching(output);
    }

    /// <summary>Finds the viewers who have been silent for so long that they count as gone.</summary>
    public IEnumerable<ViewerSession> Silent()
    {
        Instant now = clock.UtcNow;
        return _sessions.Values.Where(session =>
            session.Request.SilenceLimit is { IsNone: false } limit && now - session.LastActivity > limit.ToDuration());
    }

    /// <summary>Waits for the end of the linger. The wait ends early if a viewer is there or joins.</summary>
    /// <param name="over">Called at the end.</param>
    /// <param name="stop">Ends the wait.</param>
    public async Task LingerAsync(Action over, CancellationToken stop)
    {
        using var linger = CancellationTokenSource.CreateLinkedTokenSource(stop);
        lock (_lock)
        {
            if (_expected > 0 || !_sessions.IsEmpty || _linger is not null)
            {
                return;
            }

            _linger = linger;
        }

        try
        {
            await executor.WaitUntilAsync(line.Station, line.Station.Now + options.Linger, linger.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Somebody has joined, or the station is shutting down.
        }

        lock (_lock)
        {
            if (!ReferenceEquals(_linger, linger))
            {
                return;
            }

            _linger = null;
        }

        over();
    }

    /// <summary>Removes all viewers, and returns them.</summary>
    public IReadOnlyList<ViewerSession> Clear() => [.. _sessions.Values.Where(Leave)];

    private void TellWatching(ChannelOutput output)
    {
        foreach (ViewerSession session in _sessions.Values)
        {
            try
            {
                session.Request.Watching?.Invoke(output);
            }
            catch (Exception exception)
            {
                Refused?.Invoke(exception);
            }
        }
    }
}
