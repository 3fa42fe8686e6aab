using System.Text.Json.Serialization;

namespace RetroVue.Runtime.Catalogue;

/// <summary>The documents of the catalogue as JSON.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    IgnoreReadOnlyProperties = true,
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    Converters = [typeof(TimeAsNumber)])]
[JsonSerializable(typeof(CatalogueDocument<MediaFacts>), TypeInfoPropertyName = "Facts")]
[JsonSerializable(typeof(CatalogueDocument<CopyFormats>), TypeInfoPropertyName = "Formats")]
internal sealed partial class CatalogueDocuments : JsonSerializerContext;
