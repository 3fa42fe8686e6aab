namespace RetroVue.Runtime.Catalogue;

/// <summary>The size of a file and the time of its last change. A file with an equal stamp counts as unchanged.</summary>
/// <param name="Size">The size in bytes.</param>
/// <param name="ChangedNanoseconds">
/// The time of the last change of the content, by the disk's clock: nanoseconds since 1970-01-01T00:00:00 UTC, as exact as the disk keeps it,
/// in steps of 100 ns.
/// </param>
public readonly record struct FileStamp(long Size, long ChangedNanoseconds);
