using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;

namespace RetroVue.Runtime.Output;

/// <summary>What comes of a stream: a buffer, or the format of the buffers that follow. One of the two is null.</summary>
/// <param name="Buffer">The buffer. Who takes the item owns the reference.</param>
/// <param name="Format">The format.</param>
/// <param name="Tag">Whose it is; null if that is not known, as of the black before the first item.</param>
internal readonly record struct FeedItem(MediaBuffer? Buffer, MediaFormat? Format, ItemTag? Tag = null)
{
    /// <summary>A buffer.</summary>
    public static FeedItem Of(MediaBuffer buffer) => new(buffer, null);

    /// <summary>A format.</summary>
    public static FeedItem Of(MediaFormat format) => new(null, format);

    /// <summary>Gives the reference of a buffer back.</summary>
    public void Release() => Buffer?.Release();
}
