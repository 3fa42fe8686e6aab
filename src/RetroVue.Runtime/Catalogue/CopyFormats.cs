using RetroVue.Runtime.Output;

namespace RetroVue.Runtime.Catalogue;

/// <summary>The formats that a copied channel airs, and its bit rates. They are kept, so that the channel has the same ones at its next start.</summary>
/// <remarks>Immutable and thread-safe; equal by value.</remarks>
/// <param name="Formats">The channel's streams.</param>
/// <param name="Rates">The measured bit rates of its files; null if one of them was not measured.</param>
public sealed record CopyFormats(ChannelFormats Formats, ChannelRates? Rates)
{
    /// <summary>
    /// Reads what <see cref="ToJson"/> wrote; null if the text is something else, or was written by a version with other properties.
    /// </summary>
    public static CopyFormats? FromJson(string? json) => CatalogueJson.ReadFormats(json);

    /// <summary>Returns the formats as one JSON document, for a store. Data whose layout depends on this process's FFmpeg is left out.</summary>
    public string ToJson() => CatalogueJson.Write(this);
}
