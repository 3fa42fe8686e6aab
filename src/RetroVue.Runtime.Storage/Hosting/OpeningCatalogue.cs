using RetroVue.Runtime.Catalogue;

namespace RetroVue.Runtime.Storage.Hosting;

/// <summary>The catalogue of a database that may still be opening: until it is open, calls fail as if it were away.</summary>
internal sealed class OpeningCatalogue(DatabaseOpening opening) : IMediaCatalogue
{
    public async Task<IReadOnlyList<CataloguedFile>> FindAsync(IReadOnlyList<string> paths, CancellationToken cancellationToken = default) =>
        await (await GetAsync(cancellationToken).ConfigureAwait(false)).FindAsync(paths, cancellationToken).ConfigureAwait(false);

    public async Task SaveAsync(IReadOnlyList<CataloguedFile> files, CancellationToken cancellationToken = default) =>
        await (await GetAsync(cancellationToken).ConfigureAwait(false)).SaveAsync(files, cancellationToken).ConfigureAwait(false);

    public async Task RemoveAsync(IReadOnlyList<string> paths, CancellationToken cancellationToken = default) =>
        await (await GetAsync(cancellationToken).ConfigureAwait(false)).RemoveAsync(paths, cancellationToken).ConfigureAwait(false);

    public async Task<CopyFormats?> FindFormatsAsync(Guid channel, CancellationToken cancellationToken = default) =>
        await (await GetAsync(cancellationToken).ConfigureAwait(false)).FindFormatsAsync(channel, cancellationToken).ConfigureAwait(false);

    public async Task SaveFormatsAsync(Guid channel, CopyFormats? formats, CancellationToken cancellationToken = default) =>
        await (await GetAsync(cancellationToken).ConfigureAwait(false)).SaveFormatsAsync(channel, formats, cancellationToken).ConfigureAwait(false);

    private async Task<IMediaCatalogue> GetAsync(CancellationToken cancellationToken) => (await opening.GetAsync(cancellationToken).ConfigureAwait(false)).Catalogue;
}
