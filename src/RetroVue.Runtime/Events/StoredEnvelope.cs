using System.Text.Json;
using NodaTime;

namespace RetroVue.Runtime.Events;

/// <summary>The form of an envelope as JSON. What it reads is not checked.</summary>
internal sealed class StoredEnvelope
{
    public StoredEnvelope()
    {
    }

    [System.Diagnostics.CodeAnalysis.SetsRequiredMembers]
    public StoredEnvelope(EventEnvelope envelope)
    {
        (Id, Kind, Type, Version) = (envelope.Id, envelope.Kind, envelope.Type, envelope.Version);
        (RunId, CorrelationId, CausationId, TraceId) = (envelope.RunId, envelope.CorrelationId, envelope.CausationId, envelope.TraceId);
        (Time, Producer, Payload) = (envelope.Time, envelope.Producer, envelope.Payload);
        Headers = envelope.Headers.Count == 0 ? null : envelope.Headers as Dictionary<string, string> ?? new Dictionary<string, string>(envelope.Headers, StringComparer.Ordinal);
    }

    public required Guid Id { get; init; }

    public EventKind Kind { get; init; }

    public required string Type { get; init; }

    public string Version { get; init; } = "1";

    public string? RunId { get; init; }

    public string? CorrelationId { get; init; }

    public string? CausationId { get; init; }

    public string? TraceId { get; init; }

    public required Instant Time { get; init; }

    public required string Producer { get; init; }

    public Dictionary<string, string>? Headers { get; init; }

    public JsonElement Payload { get; init; }
}
