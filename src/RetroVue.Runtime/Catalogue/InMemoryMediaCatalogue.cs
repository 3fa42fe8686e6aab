namespace RetroVue.Runtime.Catalogue;

/// <summary>A catalogue in memory: for apps without a store, and for tests. It is lost at the end of the process.</summary>
/// <remarks>Thread-safe.</remarks>
public sealed class InMemoryMediaCatalogue : IMediaCatalogue
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, CataloguedFile[]> _files = new(StringComparer.Ordinal);
    private readonly Dictionary<Guid, CopyFormats> _formats = [];

    /// <inheritdoc/>
    public Task<IReadOnlyList<CataloguedFile>> FindAsync(IReadOnlyList<string> paths, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(paths);
        lock (_lock)
        {
            return Task.FromResult<IReadOnlyList<CataloguedFile>>([.. paths.SelectMany(path => _files.GetValueOrDefault(path) ?? [])]);
        }
    }

    /// <inheritdoc/>
    public Task SaveAsync(IReadOnlyList<CataloguedFile> files, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(files);
        lock (_lock)
        {
            foreach (CataloguedFile file in files)
            {
                _files[file.Key.Path] = [.. (_files.GetValueOrDefault(file.Key.Path) ?? []).Where(other => other.Key != file.Key), file];
            }
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task RemoveAsync(IReadOnlyList<string> paths, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(paths);
        lock (_lock)
        {
            foreach (string path in paths)
            {
                _files.Remove(path);
            }
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<CopyFormats?> FindFormatsAsync(Guid channel, CancellationToken cancellationToken = default)
    {
        lock (_lock)
        {
            return Task.FromResult(_formats.GetValueOrDefault(channel));
        }
    }

    /// <inheritdoc/>
    public Task SaveFormatsAsync(Guid channel, CopyFormats? formats, CancellationToken cancellationToken = default)
    {
        lock (_lock)
        {
            if (formats is null)
            {
                _formats.Remove(channel);
            }
            else
            {
                _formats[channel] = formats;
            }
        }

        return Task.CompletedTask;
    }
}
