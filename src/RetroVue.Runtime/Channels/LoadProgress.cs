namespace RetroVue.Runtime.Channels;

/// <summary>How far the loading of a station is.</summary>
/// <param name="Done">Files looked at.</param>
/// <param name="Files">Files that are looked at in all.</param>
public readonly record struct LoadProgress(int Done, int Files);
