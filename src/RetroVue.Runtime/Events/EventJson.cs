using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace RetroVue.Runtime.Events;

/// <summary>Writes and reads envelopes as JSON.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    AllowDuplicateProperties = false,
    Converters = [typeof(KindConverter), typeof(InstantConverter)])]
[JsonSerializable(typeof(StoredEnvelope))]
internal sealed partial class EventJson : JsonSerializerContext
{
    // Not an initialiser: those of the generated part may run later.
    static EventJson()
    {
        // Texts stay as they are: the reader is a database or a program, never a page.
        var context = new EventJson(new JsonSerializerOptions(s_defaultOptions) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        Envelope = context.StoredEnvelope;
    }

    /// <summary>Writes and reads an envelope.</summary>
    public static JsonTypeInfo<StoredEnvelope> Envelope { get; }

    /// <summary>"evt" or "cmd".</summary>
    private sealed class KindConverter : JsonConverter<EventKind>
    {
        public override EventKind Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("evt"u8) ? Events.EventKind.Event
            : reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("cmd"u8) ? Events.EventKind.Command
            : throw new JsonException("An event's kind is \"evt\" or \"cmd\".");

        public override void Write(Utf8JsonWriter writer, EventKind value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value == Events.EventKind.Command ? "cmd"u8 : "evt"u8);
    }
}
