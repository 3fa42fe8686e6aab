using Microsoft.Extensions.Logging;
using RetroVue.Media.Blocking;
using RetroVue.Media.Clocks;
using RetroVue.Media.Time;

namespace RetroVue.Runtime.Catalogue;

/// <summary>
/// A catalogue as a station uses it: in batches, within time limits, and without exceptions. What cannot be read counts as unknown; what cannot
/// be written is kept in memory and tried again.
/// </summary>
/// <remarks>Thread-safe. In real time, because a disk or a network stands behind it.</remarks>
/// <param name="catalogue">The catalogue; it may be slow, fail, or answer with rubbish.</param>
/// <param name="logger">Told of its failures, once until it works again.</param>
/// <param name="rest">How long it is left alone after a failure; null for half a minute.</param>
internal sealed class CatalogueAccess(IMediaCatalogue catalogue, ILogger logger, ClockTime? rest = null)
{
    private static readonly TimeSpan s_readLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_writeLimit = TimeSpan.FromSeconds(30);

    /// <summary>After a failure the catalogue is left alone for so long, so that a thousand batches do not wait for it one after the other.</summary>
    private readonly ClockTime _rest = rest ?? ClockTime.FromSeconds(30);

    private readonly Lock _lock = new();
    private readonly Dictionary<MediaFileKey, CataloguedFile> _unsaved = [];
    private Task _saving = Task.CompletedTask;
    private Task _lastRead = Task.CompletedTask;
    private ClockTime _failedAt = ClockTime.None;
    private bool _isUnreadable;
    private bool _isUnwritable;

    /// <summary>Finds the entries of files. The result holds only entries that were asked for and are whole.</summary>
    /// <param name="keys">At most <see cref="IMediaCatalogue.MostAtOnce"/>.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public async Task<Dictionary<MediaFileKey, CataloguedFile>> FindAsync(IReadOnlyCollection<MediaFileKey> keys, CancellationToken cancellationToken)
    {
        Dictionary<MediaFileKey, CataloguedFile> found = [];
        string[] paths = [.. keys.Select(key => key.Path).Distinct(StringComparer.Ordinal)];
        IReadOnlyList<CataloguedFile>? answer = await ReadAsync(token => catalogue.FindAsync(paths, token), cancellationToken).ConfigureAwait(false);
        HashSet<MediaFileKey> asked = [.. keys];
        foreach (CataloguedFile? file in answer ?? [])
        {
            if (file is { Key.Path: not null, Key.Streams: not null } && asked.Contains(file.Key)
                && (file.Facts is { } facts ? CatalogueJson.IsWhole(facts) : file.Problem is not null))
            {
                found[file.Key] = file;
            }
        }

        lock (_lock)
        {
            foreach (MediaFileKey key in keys)
            {
                if (_unsaved.TryGetValue(key, out CataloguedFile? newer))
                {
                    found[key] = newer;
                }
            }
        }

        return found;
    }

    /// <summary>Returns the kept formats of a channel; null if there are none.</summary>
    public async Task<CopyFormats?> FindFormatsAsync(Guid channel, CancellationToken cancellationToken)
    {
        CopyFormats? kept = await ReadAsync(token => catalogue.FindFormatsAsync(channel, token), cancellationToken).ConfigureAwait(false);
        return kept is not null && CatalogueJson.IsWhole(kept) ? kept : null;
    }

    /// <summary>Saves an entry, in the background, together with others.</summary>
    public void Save(CataloguedFile file)
    {
        lock (_lock)
        {
            _unsaved[file.Key] = file;
        }

        SaveUnsaved();
    }

    /// <summary>Begins to save what is not saved yet, unless that has begun already, or the catalogue has just failed.</summary>
    public void SaveUnsaved()
    {
        lock (_lock)
        {
            if (_unsaved.Count > 0 && _saving.IsCompleted && !IsResting())
            {
                _saving = Task.Run(SaveAllAsync);
            }
        }
    }

    /// <summary>Keeps the formats of a channel.</summary>
    public Task SaveFormatsAsync(Guid channel, CopyFormats formats) => WriteAsync(token => catalogue.SaveFormatsAsync(channel, formats, token));

    /// <summary>Removes the entries of files.</summary>
    public async Task RemoveAsync(IEnumerable<string> paths)
    {
        foreach (string[] batch in paths.Distinct(StringComparer.Ordinal).Chunk(IMediaCatalogue.MostAtOnce))
        {
            lock (_lock)
            {
                foreach (MediaFileKey key in _unsaved.Keys.Where(key => batch.Contains(key.Path, StringComparer.Ordinal)).ToArray())
                {
                    _unsaved.Remove(key);
                }
            }

            await WriteAsync(token => catalogue.RemoveAsync(batch, token)).ConfigureAwait(false);
        }
    }

    /// <summary>Waits until all entries are saved, or the catalogue has failed.</summary>
    public Task FlushAsync()
    {
        lock (_lock)
        {
            return _saving;
        }
    }

    private async Task SaveAllAsync()
    {
        while (true)
        {
            CataloguedFile[] batch;
            lock (_lock)
            {
                if (_unsaved.Count == 0)
                {
                    // Within the lock: whoever adds the next entry starts another round.
                    _saving = Task.CompletedTask;
                    return;
                }

                batch = [.. _unsaved.Values.Take(IMediaCatalogue.MostAtOnce)];
            }

            bool isSaved = await WriteAsync(token => catalogue.SaveAsync(batch, token)).ConfigureAwait(false);
            lock (_lock)
            {
                if (!isSaved)
                {
                    _saving = Task.CompletedTask;
                    return;
                }

                foreach (CataloguedFile file in batch)
                {
                    if (ReferenceEquals(_unsaved.GetValueOrDefault(file.Key), file))
                    {
                        _unsaved.Remove(file.Key);
                    }
                }
            }
        }
    }

    private async Task<T?> ReadAsync<T>(Func<CancellationToken, Task<T>> read, CancellationToken cancellationToken)
        where T : class?
    {
        // One after the other: a thousand channels ask at the start, and each question has its own time limit.
        var turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task before;
        lock (_lock)
        {
            (before, _lastRead) = (_lastRead, turn.Task);
        }

        try
        {
            await before.WaitAsync(cancellationToken).ConfigureAwait(false);
            if (IsResting())
            {
                return null;
            }

            T? answer = await WithinAsync(read, s_readLimit, cancellationToken).ConfigureAwait(false);
            _isUnreadable = false;
            return answer;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            Fail();
            if (!_isUnreadable)
            {
                _isUnreadable = true;
                RuntimeLog.CatalogueUnread(logger, exception);
            }

            return null;
        }
        finally
        {
            turn.SetResult();
        }
    }

    private async Task<bool> WriteAsync(Func<CancellationToken, Task> write)
    {
        if (IsResting())
        {
            return false;
        }

        try
        {
            await WithinAsync(
                async token =>
                {
                    await write(token).ConfigureAwait(false);
                    return string.Empty;
                },
                s_writeLimit,
                CancellationToken.None).ConfigureAwait(false);
            _isUnwritable = false;
            return true;
        }
        catch (Exception exception)
        {
            Fail();
            if (!_isUnwritable)
            {
                _isUnwritable = true;
                RuntimeLog.CatalogueUnwritten(logger, exception);
            }

            return false;
        }
    }

    /// <summary>Calls the catalogue on the thread pool, because it may block instead of waiting.</summary>
    private static async Task<T> WithinAsync<T>(Func<CancellationToken, Task<T>> call, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        CancellationToken token = stop.Token;
        Task<T> answer = Task.Run(() => call(token), CancellationToken.None);
        try
        {
            await Watchdog.WithinAsync(answer.WaitAsync(cancellationToken), limit).ConfigureAwait(false);
        }
        catch (TimeoutException) when (!answer.IsCompleted)
        {
            await stop.CancelAsync().ConfigureAwait(false);
            throw;
        }

        return await answer.ConfigureAwait(false);
    }

    private bool IsResting()
    {
        lock (_lock)
        {
            return !_failedAt.IsNone && SystemClock.Instance.Now - _failedAt < _rest;
        }
    }

    private void Fail()
    {
        lock (_lock)
        {
            _failedAt = SystemClock.Instance.Now;
        }
    }
}
