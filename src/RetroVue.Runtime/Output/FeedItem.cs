using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;

namespace RetroVue.Runtime.Output;

/// <summary>An element of a stream: a buffer, or the format of the buffers that follow. One of the two is null.</summary>
/// <param name="Buffer">The buffer. The caller who takes the item owns the reference.</param>
/// <param name="Format">The format.</param>
/// <param name="Tag">The entry and the producer; null if they are not known, as for the black before the first item.</param>
internal readonly record struct FeedItem(MediaBuffer? Buffer, MediaFormat? Format, ItemTag? Tag = null)
{
    /// <summary>Makes an item of a buffer.</summary>
    public static FeedItem Of(MediaBuffer buffer) => new(buffer, null);

    /// <summary>Makes an item of a format.</summary>
    public static FeedItem Of(MediaFormat format) => new(null, format);

    /// <summary>Releases the reference of the buffer, if there is one.</summary>
    public void Release() => Buffer?.Release();
}
