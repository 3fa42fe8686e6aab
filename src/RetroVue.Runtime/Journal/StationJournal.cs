using System.Text;
using System.Text.Json.Serialization.Metadata;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using NodaTime;
using RetroVue.Media.Blocking;
using RetroVue.Runtime.Channels;
using RetroVue.Runtime.Events;
using RetroVue.Runtime.Schedules;
using Channel = RetroVue.Runtime.Schedules.Channel;

namespace RetroVue.Runtime.Journal;

/// <summary>Writes what happens on a station into its log of events. Nobody on the air ever waits for it.</summary>
/// <remarks>
/// Thread-safe. Events wait in memory for the log, at most 10,000 of them; more are refused, counted and logged. A log that is away keeps them
/// waiting; a spool before it keeps them on the disk instead.
/// </remarks>
internal sealed class StationJournal : IAsyncDisposable
{
    private const int MostWaiting = 10_000;
    private const int Batch = 500;
    private const string Producer = "station";

    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    private readonly IEventLog _log;
    private readonly NodaTime.IClock _clock;
    private readonly ILogger _logger;
    private readonly Channel<EventEnvelope> _waiting;
    private readonly CancellationTokenSource _end = new();
    private readonly Task _writing;
    private long _refused;
    private bool _isDelayed;

    /// <summary>Begins to write.</summary>
    /// <param name="log">The log.</param>
    /// <param name="clock">Station time.</param>
    /// <param name="loggerFactory">Makes its logger.</param>
    public StationJournal(IEventLog log, NodaTime.IClock clock, ILoggerFactory loggerFactory)
    {
        (_log, _clock, _logger) = (log, clock, loggerFactory.CreateLogger<StationJournal>());
        _waiting = System.Threading.Channels.Channel.CreateBounded<EventEnvelope>(new BoundedChannelOptions(MostWaiting) { SingleReader = true });
        _writing = Task.Run(WriteAsync, CancellationToken.None);
    }

    /// <summary>Notes that the station has started with these channels.</summary>
    public void Started(IEnumerable<Channel> channels) => Add(
        StationEvents.StationStarted,
        null,
        null,
        new StationStarted([.. channels.Select(channel =>
            new ChannelFacts(channel.Id, channel.ShortName, channel.Name, channel.Zone.Id, channel.Profile is TranscodeProfile ? "transcode" : "copy"))]),
        JournalJson.Default.StationStarted);

    /// <summary>Notes that the station ends.</summary>
    public void Stopped() => Add(StationEvents.StationStopped, null, null, new StationStopped(), JournalJson.Default.StationStopped);

    /// <summary>Notes that a channel has gone on the air.</summary>
    public void OnAir(Guid channel, Guid run, string title) =>
        Add(StationEvents.ChannelOnAir, channel, run, new ChannelOnAir(channel, run, title), JournalJson.Default.ChannelOnAir);

    /// <summary>Notes that a channel has gone off the air.</summary>
    public void OffAir(Guid channel, Guid run, string? failure) =>
        Add(StationEvents.ChannelOffAir, channel, run, new ChannelOffAir(channel, run, failure), JournalJson.Default.ChannelOffAir);

    /// <summary>Notes that a viewer has joined.</summary>
    public void Joined(Guid channel, ViewerSession session) =>
        Add(StationEvents.ViewerJoined, channel, null, new ViewerJoined(channel, NumberOf(channel, session), session.Client.Replace('\0', '\uFFFD')), JournalJson.Default.ViewerJoined);

    /// <summary>Notes that a viewer has left.</summary>
    public void Left(Guid channel, ViewerSession session) =>
        Add(StationEvents.ViewerLeft, channel, null, new ViewerLeft(channel, NumberOf(channel, session), session.LastActivity), JournalJson.Default.ViewerLeft);

    /// <summary>Takes no more events, and writes those that wait, if the log takes them.</summary>
    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        // A log that is away would keep the station's end waiting.
        await _end.CancelAsync().ConfigureAwait(false);
        await _writing.ConfigureAwait(false);
        _end.Dispose();
    }

    private static Guid NumberOf(Guid channel, ViewerSession session) => NamedId.Of(channel, Encoding.UTF8.GetBytes(session.Id));

    private void Add<T>(string type, Guid? channel, Guid? run, T payload, JsonTypeInfo<T> payloadType)
    {
        EventEnvelope envelope;
        try
        {
            envelope = EventEnvelope.Create(type, Producer, _clock.GetCurrentInstant(), payload, payloadType) with
            {
                CorrelationId = channel?.ToString(),
                RunId = run?.ToString(),
            };
        }
        catch (ArgumentException exception)
        {
            RuntimeLog.EventUnwritten(_logger, type, exception);
            return;
        }

        if (!_waiting.Writer.TryWrite(envelope) && Interlocked.Increment(ref _refused) is var refused && (refused & (refused - 1)) == 0)
        {
            // At powers of two, so that a log that is away fills no other log.
            RuntimeLog.JournalFull(_logger, refused, MostWaiting);
        }
    }

    private async Task WriteAsync()
    {
        List<EventEnvelope> batch = [];
        while (await _waiting.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            while (batch.Count < Batch && _waiting.Reader.TryRead(out EventEnvelope? envelope))
            {
                batch.Add(envelope);
            }

            while (batch.Count > 0 && !await TryAppendAsync(batch).ConfigureAwait(false))
            {
                if (_end.IsCancellationRequested)
                {
                    RuntimeLog.JournalLost(_logger, batch.Count + _waiting.Reader.Count);
                    return;
                }

                await Watchdog.PauseAsync(s_pause, _end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            batch.Clear();
        }
    }

    private async Task<bool> TryAppendAsync(List<EventEnvelope> batch)
    {
        try
        {
            await _log.AppendAsync(batch).ConfigureAwait(false);
            _isDelayed = false;
            return true;
        }
        catch (Exception exception)
        {
            if (!_isDelayed)
            {
                RuntimeLog.JournalDelayed(_logger, exception);
            }

            _isDelayed = true;
            return false;
        }
    }
}
