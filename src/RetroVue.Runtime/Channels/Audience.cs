using System.Collections.Concurrent;
using System.Security.Cryptography;
using NodaTime;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using RetroVue.Runtime.Output;
using RetroVue.Runtime.Time;

// Cancelled on the calling thread, whose callbacks only wake tasks: on the thread pool, a simulation would lose its order.
#pragma warning disable CA1849, VSTHRD103, MA0042, MA0045

namespace RetroVue.Runtime.Channels;

/// <summary>Who watches a channel: the viewers' sessions, and how long the channel stays on the air without any.</summary>
/// <remarks>Thread-safe; waits for nothing but a linger's end.</remarks>
internal sealed class Audience(MasterClock clock, ChannelLine line, Executor executor, ChannelOptions options)
{
    private readonly Lock _lock = new();
    private readonly ConcurrentDictionary<string, ViewerSession> _sessions = new(StringComparer.Ordinal);
    private CancellationTokenSource? _linger;
    private int _expected;

    /// <summary>Called with what a viewer's wish threw on an output that takes the place of another one; that viewer alone has nothing of it.</summary>
    public Action<Exception>? Refused { get; init; }

    /// <summary>Called with a viewer who leaves; it throws nothing.</summary>
    public required Action<ViewerSession> Left { get; init; }

    /// <summary>Viewers now.</summary>
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

    /// <summary>True while a viewer has not left.</summary>
    public bool Has(ViewerSession session) => _sessions.ContainsKey(session.Id);

    /// <summary>A viewer's session; null if there is no such session any more.</summary>
    public ViewerSession? Find(string sessionId) => _sessions.GetValueOrDefault(sessionId);

    /// <summary>Somebody is about to join, which ends a linger. <see cref="Join"/> or <see cref="Forgo"/> must follow.</summary>
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

    /// <summary>Who was about to join does not.</summary>
    public void Forgo()
    {
        lock (_lock)
        {
            _expected--;
        }
    }

    /// <summary>Adds a viewer who was expected.</summary>
    /// <param name="request">What the viewer wants.</param>
    /// <param name="output">What the viewer watches.</param>
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

    /// <summary>Removes a viewer; false if it had left already.</summary>
    public bool Leave(ViewerSession session)
    {
        lock (_lock)
        {
            return _sessions.TryRemove(session.Id, out _);
        }
    }

    /// <summary>What all viewers together want of an output that takes the place of one that has failed.</summary>
    public JoinRequest Together() => new("those who stayed")
    {
        Preroll = _sessions.Values.Select(session => session.Request.Preroll).DefaultIfEmpty(ClockTime.Zero).Max(),
        Watching = TellWatching,
    };

    /// <summary>Gives all viewers the output that the channel has now.</summary>
    public void MoveTo(ChannelOutput output)
    {
        foreach (ViewerSession session in _sessions.Values)
        {
            session.Output = output;
        }

        TellWatching(output);
    }

    /// <summary>Viewers of whom nothing has been heard for so long that they count as gone.</summary>
    public IEnumerable<ViewerSession> Silent()
    {
        Instant now = clock.UtcNow;
        return _sessions.Values.Where(session =>
            session.Request.SilenceLimit is { IsNone: false } limit && now - session.LastActivity > limit.ToDuration());
    }

    /// <summary>Waits for the linger's end, unless somebody watches or joins before.</summary>
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

    /// <summary>Forgets all viewers.</summary>
    public void Clear() => _sessions.Clear();

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
