namespace RetroVue.Runtime.Catalogue;

/// <summary>The stamp of a file.</summary>
/// <param name="Stamp">The stamp; null if there is no such file, or its disk did not answer.</param>
/// <param name="IsSilent">True if its disk did not answer.</param>
internal readonly record struct StampOfFile(FileStamp? Stamp, bool IsSilent);
