namespace RetroVue.Runtime.Channels;

/// <summary>How far the loading of a station is.</summary>
/// <param name="Done">The number of files that have been probed.</param>
/// <param name="Files">The number of all files to probe.</param>
public readonly record struct LoadProgress(int Done, int Files);
