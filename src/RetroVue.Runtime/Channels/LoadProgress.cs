namespace RetroVue.Runtime.Channels;

/// <summary>How far the loading of a station is.</summary>
/// <param name="Done">The number of files that are known, because they are catalogued or have been probed.</param>
/// <param name="Files">The number of all files whose formats or durations matter.</param>
public readonly record struct LoadProgress(int Done, int Files);
