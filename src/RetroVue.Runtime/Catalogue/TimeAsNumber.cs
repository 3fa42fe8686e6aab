using System.Text.Json;
using System.Text.Json.Serialization;
using RetroVue.Media.Time;

namespace RetroVue.Runtime.Catalogue;

/// <summary>A time as its nanoseconds; null for None.</summary>
internal sealed class TimeAsNumber : JsonConverter<ClockTime>
{
    public override bool HandleNull => true;

    public override ClockTime Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Null ? ClockTime.None : ClockTime.FromNanoseconds(reader.GetInt64());

    public override void Write(Utf8JsonWriter writer, ClockTime value, JsonSerializerOptions options)
    {
        if (value.IsNone)
        {
            writer.WriteNullValue();
        }
        else
        {
            writer.WriteNumberValue(value.Nanoseconds);
        }
    }
}
