using System.Data.Common;
using System.Diagnostics.Metrics;
using System.Runtime.ExceptionServices;
using Microsoft.Extensions.Logging;
using RetroVue.Media.Blocking;

namespace RetroVue.Runtime.Events.Spool;

/// <summary>
/// A log whose appends succeed while its database is away, slow, full or locked: the events go to a bounded spool on this machine's disk, and
/// from there to the log later, once and in order.
/// </summary>
/// <remarks>
/// <para>
/// Thread-safe. An append that has completed is durable: in the log, or flushed in the spool. While events wait in the spool, further ones
/// queue behind them, so that an append that was completed before another one began comes before it in the log, too. Events in the spool
/// have no offset yet: readers see them when the log has them.
/// </para>
/// <para>
/// Every failure of the store sends events to the spool, also one that is not transient: a database that is full or read-only loses nothing.
/// Mistakes of the program, such as <see cref="ArgumentException"/>, are thrown. An event that the log refuses for good although it takes later
/// ones is put aside in the file refused.jsonl, with the error, and logged.
/// </para>
/// <para>
/// Appends in a transaction do not use the spool. They fail if the log fails, and they can overtake events that wait in the spool. All that is
/// not an append is passed on to the log.
/// </para>
/// </remarks>
public sealed class SpooledEventLog : IEventLog, IAsyncDisposable
{
    private static readonly TimeSpan s_closing = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _end = new();
    private readonly IEventLog _log;
    private readonly EventSpoolOptions _options;
    private readonly ILogger _logger;
    private readonly LimitedLog _limited;
    private readonly EventSpool _spool;
    private readonly Task _draining;
    private int _isEnding;

    /// <summary>Opens the spool, and begins to bring the events that an earlier process left in it to the log.</summary>
    /// <param name="log">The log. It stays the caller's.</param>
    /// <param name="options">Where the spool is, and how large.</param>
    /// <param name="loggerFactory">Makes the logger.</param>
    /// <param name="meterFactory">Makes the meter; null for one that all share.</param>
    /// <exception cref="EventException">
    /// The folder cannot be used, another process uses it, or it has a file that is not this spool's. It is transient if another process uses it.
    /// </exception>
    public SpooledEventLog(IEventLog log, EventSpoolOptions options, ILoggerFactory loggerFactory, IMeterFactory? meterFactory = null)
    {
        ArgumentNullException.ThrowIfNull(log);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(loggerFactory);
        (_log, _options, _logger, _limited) = (log, options, loggerFactory.CreateLogger<SpooledEventLog>(), new LimitedLog(log));
        var telemetry = RuntimeTelemetry.Of(meterFactory);
        _spool = new EventSpool(options, telemetry, _logger);
        var drain = new SpoolDrain(_spool, new LimitedLog(log), options, telemetry, _logger);
        _draining = Task.Run(() => drain.RunAsync(_end.Token), CancellationToken.None);
    }

    /// <summary>The number of events that wait in the spool.</summary>
    public long SpooledEvents => _spool.Events;

    /// <summary>The bytes of the spool's files.</summary>
    public long SpoolSize => _spool.Size;

    /// <inheritdoc/>
    /// <exception cref="EventException">
    /// The log does not take the event, and the spool is full, or its disk fails or does not answer within 30 s; transient. If the log or the
    /// disk did not answer in time, the event may still be written.
    /// </exception>
    public async Task<Guid> AppendAsync(EventEnvelope @event, DbTransaction? transaction = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(@event);
        if (transaction is not null)
        {
            return await _log.AppendAsync(@event, transaction, cancellationToken).ConfigureAwait(false);
        }

        await AddAsync([@event], cancellationToken).ConfigureAwait(false);
        return @event.Id;
    }

    /// <inheritdoc/>
    /// <exception cref="EventException">
    /// The log does not take the events, and the spool is full, or its disk fails or does not answer within 30 s; transient. If the log or the
    /// disk did not answer in time, the events may still be written.
    /// </exception>
    public async Task<IReadOnlyList<Guid>> AppendAsync(
        IReadOnlyList<EventEnvelope> events, DbTransaction? transaction = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(events);
        if (transaction is not null)
        {
            return await _log.AppendAsync(events, transaction, cancellationToken).ConfigureAwait(false);
        }

        EventEnvelope[] own = [.. events];
        foreach (EventEnvelope @event in own)
        {
            ArgumentNullException.ThrowIfNull(@event, nameof(events));
        }

        if (own.Length > 0)
        {
            await AddAsync(own, cancellationToken).ConfigureAwait(false);
        }

        return Array.ConvertAll(own, @event => @event.Id);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<LoggedEvent>> ReadFromAsync(long offset, int limit = 100, CancellationToken cancellationToken = default) =>
        _log.ReadFromAsync(offset, limit, cancellationToken);

    /// <inheritdoc/>
    public Task<long> GetLatestOffsetAsync(CancellationToken cancellationToken = default) => _log.GetLatestOffsetAsync(cancellationToken);

    /// <inheritdoc/>
    public Task WaitForAsync(long offset, CancellationToken cancellationToken) => _log.WaitForAsync(offset, cancellationToken);

    /// <inheritdoc/>
    public Task<IAsyncDisposable> SubscribeAsync(
        IReadOnlyCollection<string> types,
        Func<EventEnvelope, bool>? predicate,
        Func<LoggedEvent, CancellationToken, Task> handler,
        long? after = null,
        CancellationToken cancellationToken = default) => _log.SubscribeAsync(types, predicate, handler, after, cancellationToken);

    /// <summary>
    /// Closes the spool. The events in it stay there for the next process. It waits for appends that have begun to write to the disk, for at
    /// most 5 s.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isEnding, 1) != 0)
        {
            return;
        }

        await _end.CancelAsync().ConfigureAwait(false);
        try
        {
            await Watchdog.WithinAsync(CloseAsync(), s_closing).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            RuntimeLog.SpoolStillOpen(_logger, _options.Folder);
        }
    }

    private async Task CloseAsync()
    {
        await _draining.ConfigureAwait(false);
        await _spool.DisposeAsync().ConfigureAwait(false);
        _end.Dispose();
    }

    private async Task AddAsync(EventEnvelope[] events, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _isEnding) != 0, this);
        Exception? error = null;
        if (_spool.IsEmpty)
        {
            error = await _limited.TryAppendAsync(events, _options.AnswerLimit, cancellationToken).ConfigureAwait(false);
            if (error is null)
            {
                return;
            }

            if (!LimitedLog.IsOfStore(error))
            {
                ExceptionDispatchInfo.Throw(error);
            }
        }

        try
        {
            await Watchdog.WithinAsync(_spool.AddAsync(events, error).WaitAsync(cancellationToken), _options.DiskLimit).ConfigureAwait(false);
        }
        catch (TimeoutException exception)
        {
            throw new EventException(
                $"The log of events does not take events now, and the disk of its spool in '{_options.Folder}' has not answered within {_options.DiskLimit.TotalSeconds:0.###} s. The event may be kept or not. Check the disk, or the network behind it.",
                isTransient: true,
                exception);
        }
    }
}
