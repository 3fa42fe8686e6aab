using NodaTime;

namespace RetroVue.Runtime.Catalogue;

/// <summary>An entry of the catalogue: the result of the last probe of a file that could be read.</summary>
/// <remarks>Immutable and thread-safe. An entry has facts, a problem, or both.</remarks>
/// <param name="Key">The file, and the choice among its streams.</param>
/// <param name="Stamp">The file's stamp before it was probed. The entry holds as long as the file has this stamp.</param>
/// <param name="ProbedAt">When the file was probed, in station time.</param>
public sealed record CataloguedFile(MediaFileKey Key, FileStamp Stamp, Instant ProbedAt)
{
    /// <summary>
    /// The properties of the file; with a <see cref="Problem"/>, those of its last version that could be used. Null if there was none.
    /// </summary>
    public MediaFacts? Facts { get; init; }

    /// <summary>Why the file with this stamp cannot be used, as one sentence that names it; null if it can.</summary>
    public string? Problem { get; init; }
}
