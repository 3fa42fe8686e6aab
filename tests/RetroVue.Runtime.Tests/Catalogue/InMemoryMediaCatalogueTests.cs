using RetroVue.Runtime.Catalogue;

namespace RetroVue.Runtime.Tests.Catalogue;

/// <summary>The catalogue in memory keeps the promises of all catalogues.</summary>
public sealed class InMemoryMediaCatalogueTests : MediaCatalogueContract
{
    protected override IMediaCatalogue Create() => new InMemoryMediaCatalogue();
}
