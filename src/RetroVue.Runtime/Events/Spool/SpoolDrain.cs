using Microsoft.Extensions.Logging;
using RetroVue.Media.Blocking;

namespace RetroVue.Runtime.Events.Spool;

/// <summary>Brings the events of a spool to the log, in order.</summary>
/// <remarks>
/// No event overtakes another one: a further event is sent only when the log has confirmed those before it. A call that was given up may still be
/// carried out by the log: then it writes events whose turn it is, or events that are written already, which changes nothing. There is one
/// exception: behind an event that the log has refused for good several times, later ones are tried.
/// </remarks>
internal sealed class SpoolDrain(EventSpool spool, LimitedLog log, EventSpoolOptions options, RuntimeTelemetry telemetry, ILogger logger)
{
    private const int MostEvents = 100;
    private const long MostBytes = 1024 * 1024;

    /// <summary>The drain is patient: it waits for the log so many times longer than an append does.</summary>
    private const int Patience = 15;

    /// <summary>The attempts at one record before it is doubted.</summary>
    private const int MostAttempts = 5;

    /// <summary>The most records behind a doubted one that are tried, to see if the log takes those.</summary>
    private const int MostProbes = 20;

    private readonly RefusedEvents _refused = new(options);
    private SpoolPosition _position;
    private SpoolPosition _proven;
    private TimeSpan _pause = options.FirstPause;
    private int _most = MostEvents;
    private int _lastingFailures;
    private long _taken;
    private bool _isReported;

    /// <summary>Drains until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await StepAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
            }
            catch (Exception exception)
            {
                RuntimeLog.SpoolUnread(logger, options.Folder, exception);
                await PauseAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task StepAsync(CancellationToken cancellationToken)
    {
        while (spool.Drop(_position))
        {
            // One file after the other.
        }

        List<SpoolRecord> records = ReadBatch();
        if (records.Count > 0)
        {
            await DeliverAsync(records, cancellationToken).ConfigureAwait(false);
            return;
        }

        if (spool.Drop(_position))
        {
            // The rest of that file is damaged.
            return;
        }

        if (_taken > 0 && spool.IsEmpty)
        {
            RuntimeLog.SpoolDrained(logger, options.Folder, _taken);
            _taken = 0;
        }

        await spool.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    private List<SpoolRecord> ReadBatch()
    {
        List<SpoolRecord> records = [];
        (int events, long bytes, SpoolPosition position) = (0, 0, _position);
        while (events < _most && bytes < MostBytes && spool.Read(ref position) is { } record)
        {
            // A large record goes alone.
            if (records.Count > 0 && (events + record.Events.Length > _most || bytes + record.Size > MostBytes))
            {
                break;
            }

            records.Add(record);
            (events, bytes, position) = (events + record.Events.Length, bytes + record.Size, record.End);
        }

        if (records.Count == 0)
        {
            _position = position;
        }

        return records;
    }

    private async Task DeliverAsync(List<SpoolRecord> records, CancellationToken cancellationToken)
    {
        Exception? error = await TryAsync([.. records.SelectMany(record => record.Events)], cancellationToken).ConfigureAwait(false);
        if (error is null)
        {
            records.ForEach(Advance);
            _most = Math.Min(_most * 2, MostEvents);
            (_pause, _isReported) = (options.FirstPause, false);
            return;
        }

        // The next attempt is as small as possible: a slow log takes it within the limit, and an error is about one record.
        _most = 1;
        _lastingFailures = records.Count == 1 && LimitedLog.IsLasting(error) ? _lastingFailures + 1 : 0;
        if (_lastingFailures > 0 && !_isReported)
        {
            _isReported = true;
            RuntimeLog.SpoolStuck(logger, records[0].Events[0].Id, records[0].Events[0].Type, error);
        }

        if (_lastingFailures >= MostAttempts && await ProbeAsync(records[0], cancellationToken).ConfigureAwait(false) is { Count: > 0 } doubted)
        {
            await PutAsideAsync(doubted, cancellationToken).ConfigureAwait(false);
            return;
        }

        await PauseAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Finds out if the log refuses a record, or everything, such as one whose disk is full: tries the records behind it. Returns those that
    /// are refused although the log takes a later one; none if it takes none.
    /// </summary>
    private async Task<List<SpoolRecord>> ProbeAsync(SpoolRecord first, CancellationToken cancellationToken)
    {
        List<SpoolRecord> doubted = [first];
        SpoolPosition position = first.End;
        for (int i = 0; i < MostProbes && spool.Read(ref position) is { } record; i++)
        {
            position = record.End;
            // What the log has already proves nothing: it is not written again.
            if (!_proven.IsBefore(position))
            {
                doubted.Add(record);
                continue;
            }

            Exception? error = await TryAsync(record.Events, cancellationToken).ConfigureAwait(false);
            if (error is null)
            {
                _proven = position;
                return doubted;
            }

            if (!LimitedLog.IsLasting(error))
            {
                break;
            }

            doubted.Add(record);
        }

        return [];
    }

    /// <summary>Gives each record a last chance, as the log may have got well in the meantime, and puts it aside.</summary>
    private async Task PutAsideAsync(List<SpoolRecord> records, CancellationToken cancellationToken)
    {
        for (int i = 0; i < records.Count;)
        {
            SpoolRecord record = records[i];
            Exception? error = await TryAsync(record.Events, cancellationToken).ConfigureAwait(false);
            if (error is not null)
            {
                if (!LimitedLog.IsLasting(error))
                {
                    return;
                }

                try
                {
                    _refused.Add(record.Events, error.Message);
                }
                catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
                {
                    // Here, and not from the beginning: what the log has taken meanwhile would prove nothing a second time.
                    RuntimeLog.SpoolUnread(logger, options.Folder, exception);
                    await PauseAsync(cancellationToken).ConfigureAwait(false);
                    continue;
                }

                telemetry.SpoolRefused(record.Events.Length, "log");
                foreach (EventEnvelope @event in record.Events)
                {
                    RuntimeLog.EventRefused(logger, @event.Id, @event.Type, _refused.Path, error);
                }
            }

            Advance(record);
            i++;
        }
    }

    private void Advance(SpoolRecord record)
    {
        _position = record.End;
        _lastingFailures = 0;
        _taken += record.Events.Length;
        spool.Took(record.Events.Length);
    }

    private async Task<Exception?> TryAsync(EventEnvelope[] events, CancellationToken cancellationToken) => log.IsStuck
        ? new TimeoutException("The log of events has not answered several calls yet, and gets no further one until it does.")
        : await log.TryAppendAsync(events, options.AnswerLimit * Patience, cancellationToken).ConfigureAwait(false);

    private async Task PauseAsync(CancellationToken cancellationToken)
    {
        TimeSpan pause = _pause;
        _pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, options.LongestPause.Ticks));
        await Watchdog.PauseAsync(pause, cancellationToken).ConfigureAwait(false);
    }
}
