using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using RetroVue.Media.Formats;
using RetroVue.Media.Time;

namespace RetroVue.Runtime.Catalogue;

/// <summary>Writes and reads what a catalogue keeps as JSON.</summary>
internal static class CatalogueJson
{
    /// <summary>Grows if a property is added or changes its meaning: an older document then counts as unknown.</summary>
    private const int Version = 1;

    // Texts stay as they are: the reader is a database or a program, never a page.
    private static readonly CatalogueDocuments s_documents = new(
        new JsonSerializerOptions(CatalogueDocuments.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    /// <summary>Writes facts.</summary>
    public static string Write(MediaFacts facts) => JsonSerializer.Serialize(
        new CatalogueDocument<MediaFacts>(Version, facts with
        {
            Video = MediaFacts.Lasting(facts.Video),
            Audio = MediaFacts.Lasting(facts.Audio),
            Changes = [.. facts.Changes.Select(change => change with { Format = MediaFacts.Lasting(change.Format)! })],
        }),
        s_documents.Facts);

    /// <summary>Writes formats.</summary>
    public static string Write(CopyFormats formats) => JsonSerializer.Serialize(
        new CatalogueDocument<CopyFormats>(Version, formats with { Formats = new(MediaFacts.Lasting(formats.Formats.Video), MediaFacts.Lasting(formats.Formats.Audio)) }),
        s_documents.Formats);

    /// <summary>Reads facts; null if the text is something else.</summary>
    public static MediaFacts? ReadFacts(string? json) => Read(json, s_documents.Facts) is { } facts && IsWhole(facts) ? facts : null;

    /// <summary>Reads formats; null if the text is something else.</summary>
    public static CopyFormats? ReadFormats(string? json) => Read(json, s_documents.Formats) is { } formats && IsWhole(formats) ? formats : null;

    /// <summary>True if the facts have the properties that their users rely on.</summary>
    public static bool IsWhole(MediaFacts facts) => facts.Duration > ClockTime.Zero && !facts.KeyFrameInterval.IsNone && !facts.Changes.IsDefault
        && IsWhole(facts.Video) && IsWhole(facts.Audio) && facts.Changes.All(change => change is { At.IsNone: false, Format: not null } && IsWhole(change.Format));

    /// <summary>True if the formats have the properties that their users rely on.</summary>
    public static bool IsWhole(CopyFormats formats) =>
        formats.Formats is { } streams && (streams.Video ?? streams.Audio) is not null && IsWhole(streams.Video) && IsWhole(streams.Audio);

    private static bool IsWhole(EncodedFormat? format) => format is null || (format.Codec is not null && !format.SideData.IsDefault);

    private static T? Read<T>(string? json, JsonTypeInfo<CatalogueDocument<T>> type)
        where T : class
    {
        if (string.IsNullOrEmpty(json))
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize(json, type) is { Version: Version } document ? document.Content : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
