namespace RetroVue.Runtime.Catalogue;

/// <summary>A document of the catalogue, and the version of its properties.</summary>
/// <param name="Version">The version.</param>
/// <param name="Content">The content.</param>
internal sealed record CatalogueDocument<T>(int Version, T Content);
