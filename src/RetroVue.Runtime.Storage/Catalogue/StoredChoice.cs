using System.Globalization;
using RetroVue.Media.FFmpeg.Containers;

namespace RetroVue.Runtime.Storage.Catalogue;

/// <summary>A choice of streams as a text: the picture, a slash, the sound, such as "0/deu"; what is not chosen is empty.</summary>
internal static class StoredChoice
{
    /// <summary>Returns the text of a choice.</summary>
    public static string Of(StreamChoice choice) => string.Create(CultureInfo.InvariantCulture, $"{choice.Video}/{choice.Audio}");

    /// <summary>Returns the choice of a text.</summary>
    public static StreamChoice Read(string text)
    {
        int slash = text.IndexOf('/', StringComparison.Ordinal);
        return new StreamChoice
        {
            Video = int.TryParse(text.AsSpan(0, Math.Max(slash, 0)), CultureInfo.InvariantCulture, out int video) ? video : null,
            Audio = text[(slash + 1)..] is { Length: > 0 } audio ? audio : null,
        };
    }
}
