using System.Text.Json.Serialization;
using RetroVue.Runtime.Events;

namespace RetroVue.Runtime.Journal;

/// <summary>Writes and reads the payloads of the station's events.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(InstantConverter)])]
[JsonSerializable(typeof(StationStarted))]
[JsonSerializable(typeof(StationStopped))]
[JsonSerializable(typeof(ChannelOnAir))]
[JsonSerializable(typeof(ChannelOffAir))]
[JsonSerializable(typeof(ViewerJoined))]
[JsonSerializable(typeof(ViewerLeft))]
internal sealed partial class JournalJson : JsonSerializerContext;
