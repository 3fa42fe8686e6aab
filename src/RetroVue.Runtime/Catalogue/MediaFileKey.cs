using RetroVue.Media.FFmpeg.Containers;

namespace RetroVue.Runtime.Catalogue;

/// <summary>A file and the choice among its streams: what is known of a file depends on both.</summary>
/// <param name="Path">The file's full path, compared byte by byte.</param>
/// <param name="Streams">The choice among the file's streams.</param>
public readonly record struct MediaFileKey(string Path, StreamChoice Streams);
