namespace RetroVue.Runtime.Catalogue;

/// <summary>
/// Keeps what probing has found out about media files, and the formats of copied channels, so that the next start need not open the files again.
/// </summary>
/// <remarks>
/// Implementations are thread-safe. They may be slow and may fail: the station then logs that, and probes the files as if nothing were known.
/// No member needs all entries at once. The key of an entry is its <see cref="MediaFileKey"/>: a path and a choice of streams. Paths are
/// compared byte by byte; a store must not fold upper and lower case or trailing spaces. Station times are kept to the microsecond at least.
/// </remarks>
public interface IMediaCatalogue
{
    /// <summary>The largest number of files in one call: 500.</summary>
    const int MostAtOnce = 500;

    /// <summary>Finds the entries of files, for each choice of streams that has one.</summary>
    /// <param name="paths">Full paths, each once, at most <see cref="MostAtOnce"/>.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The entries, in any order; a file that is not catalogued has none.</returns>
    Task<IReadOnlyList<CataloguedFile>> FindAsync(IReadOnlyList<string> paths, CancellationToken cancellationToken = default);

    /// <summary>Saves entries; each replaces the entry with the same key. All of them are saved, or none.</summary>
    /// <param name="files">At most <see cref="MostAtOnce"/> entries with different keys.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    Task SaveAsync(IReadOnlyList<CataloguedFile> files, CancellationToken cancellationToken = default);

    /// <summary>Removes all entries of files. A path without an entry is no error.</summary>
    /// <param name="paths">Full paths, at most <see cref="MostAtOnce"/>.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    Task RemoveAsync(IReadOnlyList<string> paths, CancellationToken cancellationToken = default);

    /// <summary>Returns the kept formats of a copied channel; null if none are kept.</summary>
    /// <param name="channel">The channel's id.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    Task<CopyFormats?> FindFormatsAsync(Guid channel, CancellationToken cancellationToken = default);

    /// <summary>Keeps the formats of a copied channel in place of earlier ones.</summary>
    /// <param name="channel">The channel's id.</param>
    /// <param name="formats">The formats; null removes those that are kept, so that the next start chooses new ones.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    Task SaveFormatsAsync(Guid channel, CopyFormats? formats, CancellationToken cancellationToken = default);
}
