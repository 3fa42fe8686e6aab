using System.Text.Json.Serialization;

namespace RetroVue.Runtime.AspNetCore.Api;

/// <summary>The API's documents as JSON.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ChannelStatus[]))]
[JsonSerializable(typeof(ClockStatus))]
[JsonSerializable(typeof(HealthStatus))]
internal sealed partial class ApiJson : JsonSerializerContext;
