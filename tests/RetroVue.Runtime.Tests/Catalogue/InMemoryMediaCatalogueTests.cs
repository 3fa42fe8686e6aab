using RetroVue.Runtime.Catalogue;
using RetroVue.Tests.Catalogue;

namespace RetroVue.Runtime.Tests.Catalogue;

/// <summary>The catalogue in memory keeps the promises of all catalogues.</summary>
public sealed class InMemoryMediaCatalogueTests : MediaCatalogueContract
{
    protected override Task<IMediaCatalogue> CreateAsync() => Task.FromResult<IMediaCatalogue>(new InMemoryMediaCatalogue());
}
