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
/// <remarks>Looked at on any thread. Who joins, leaves and lingers is for one thread at a time: the channel's manager sees to that.</remarks>
internal sealed class Audience(MasterClock clock, ChannelLine line, Executor executor, ChannelOptions options)
{
    private readonly ConcurrentDictionary<string, ViewerSession> _sessions = new(StringComparer.Ordinal);
    private CancellationTokenSource? _linger;

    /// <summary>Viewers now.</summary>
    public int Count => _sessions.Count;

    /// <summary>True where nobody watches.</summary>
    public bool IsEmpty => _sessions.IsEmpty;

    /// <summary>The viewers now.</summary>
    public IReadOnlyCollection<ViewerSession> Sessions => [.. _sessions.Values];

    /// <summary>True where a viewer takes the channel in a way.</summary>
    public bool Has(ViewerKind kind) => _sessions.Values.Any(session => session.Kind == kind);

    /// <summary>True while a viewer has not left.</summary>
    public bool Has(ViewerSession session) => _sessions.ContainsKey(session.Id);

    /// <summary>A viewer's session; null where there is no such session any more.</summary>
    public ViewerSession? Find(string sessionId) => _sessions.GetValueOrDefault(sessionId);

    /// <summary>Adds a viewer.</summary>
    public ViewerSession Join(ViewerKind kind, string client, ChannelOutput output)
    {
        var session = new ViewerSession(RandomNumberGenerator.GetHexString(24, lowercase: true), kind, client, clock.UtcNow, output);
        _sessions[session.Id] = session;
        return session;
    }

    /// <summary>Removes a viewer; false where it had left already.</summary>
    public bool Leave(ViewerSession session) => _sessions.TryRemove(session.Id, out _);

    /// <summary>Gives all viewers the output that the channel has now.</summary>
    public void MoveTo(ChannelOutput output)
    {
        foreach (ViewerSession session in _sessions.Values)
        {
            session.Output = output;
        }
    }

    /// <summary>Viewers of whom nothing has been heard for so long that they count as gone: those who ask for each segment.</summary>
    public IEnumerable<ViewerSession> Silent()
    {
        Instant now = clock.UtcNow;
        return _sessions.Values.Where(session =>
            session.Kind == ViewerKind.Hls && now - session.LastActivity > (session.Output.HlsTarget * options.HlsSilence).ToDuration());
    }

    /// <summary>Waits for the linger's end, unless somebody joins before.</summary>
    /// <param name="over">Called at the end, with a token that is cancelled where somebody joins meanwhile.</param>
    /// <param name="stop">Ends the wait.</param>
    public async Task LingerAsync(Func<CancellationToken, Task> over, CancellationToken stop)
    {
        var linger = CancellationTokenSource.CreateLinkedTokenSource(stop);
        CancellationToken token = linger.Token;
        _linger = linger;
        try
        {
            await executor.WaitUntilAsync(line.Station, line.Station.Now + options.Linger, token).ConfigureAwait(false);
            await over(token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Somebody joined again, or the station is shutting down.
        }
        finally
        {
            if (Interlocked.CompareExchange(ref _linger, null, linger) == linger)
            {
                linger.Dispose();
            }
        }
    }

    /// <summary>Ends a linger: somebody has joined.</summary>
    public void EndLinger()
    {
        if (Interlocked.Exchange(ref _linger, null) is { } linger)
        {
            linger.Cancel();
            linger.Dispose();
        }
    }

    /// <summary>Forgets all viewers.</summary>
    public void Clear() => _sessions.Clear();
}
