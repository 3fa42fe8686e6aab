using System.Data.Common;
using Microsoft.Extensions.Logging;
using RetroVue.Runtime.Events;

namespace RetroVue.Runtime.Storage.Hosting;

/// <summary>The log of a database that may still be opening: appends and reads fail until it is open, as if it were away; waits go on.</summary>
internal sealed class OpeningEventLog(DatabaseOpening opening, ILoggerFactory loggerFactory) : IEventLog
{
    private readonly ILogger _logger = loggerFactory.CreateLogger<StationDatabase>();

    public async Task<Guid> AppendAsync(EventEnvelope @event, DbTransaction? transaction = null, CancellationToken cancellationToken = default) =>
        await (await GetAsync(cancellationToken).ConfigureAwait(false)).AppendAsync(@event, transaction, cancellationToken).ConfigureAwait(false);

    public async Task<IReadOnlyList<Guid>> AppendAsync(IReadOnlyList<EventEnvelope> events, DbTransaction? transaction = null, CancellationToken cancellationToken = default) =>
        await (await GetAsync(cancellationToken).ConfigureAwait(false)).AppendAsync(events, transaction, cancellationToken).ConfigureAwait(false);

    public async Task<IReadOnlyList<LoggedEvent>> ReadFromAsync(long offset, int limit = 100, CancellationToken cancellationToken = default) =>
        await (await GetAsync(cancellationToken).ConfigureAwait(false)).ReadFromAsync(offset, limit, cancellationToken).ConfigureAwait(false);

    public async Task<long> GetLatestOffsetAsync(CancellationToken cancellationToken = default) =>
        await (await GetAsync(cancellationToken).ConfigureAwait(false)).GetLatestOffsetAsync(cancellationToken).ConfigureAwait(false);

    public async Task WaitForAsync(long offset, CancellationToken cancellationToken)
    {
        StationDatabase database = await opening.Database.WaitAsync(cancellationToken).ConfigureAwait(false);
        await database.Log.WaitForAsync(offset, cancellationToken).ConfigureAwait(false);
    }

    public async Task<IAsyncDisposable> SubscribeAsync(
        IReadOnlyCollection<string> types,
        Func<EventEnvelope, bool>? predicate,
        Func<LoggedEvent, CancellationToken, Task> handler,
        long? after = null,
        CancellationToken cancellationToken = default) =>
        await EventSubscription.StartAsync(this, types, predicate, handler, after, _logger, cancellationToken).ConfigureAwait(false);

    private async Task<IEventLog> GetAsync(CancellationToken cancellationToken) => (await opening.GetAsync(cancellationToken).ConfigureAwait(false)).Log;
}
