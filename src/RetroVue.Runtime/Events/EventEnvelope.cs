using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using NodaTime;

namespace RetroVue.Runtime.Events;

/// <summary>
/// An event or a command with everything that a reader needs to understand it: what, when, by whom, and because of what. Source: document 002,
/// section 8.
/// </summary>
/// <remarks>
/// Immutable and thread-safe. Equal envelopes have equal values; payloads are compared as JSON values, so neither white space nor the order of
/// properties matters. No envelope can be made that a store would refuse: each property says what it accepts, and throws
/// <see cref="ArgumentException"/> otherwise. All texts must be Unicode without the character NUL, and without half of a surrogate pair.
/// </remarks>
public sealed record EventEnvelope
{
    private static readonly FrozenDictionary<string, string> s_noHeaders = FrozenDictionary<string, string>.Empty;

    private readonly JsonElement _payload = EventRules.EmptyPayload;

    /// <summary>The most characters of a type or a producer.</summary>
    public const int MaxNameLength = 100;

    /// <summary>The most characters of an id that is a text, of a version, and of a header's name.</summary>
    public const int MaxTextLength = 200;

    /// <summary>The most characters of all headers together: their names and their values.</summary>
    public const int MaxHeadersLength = 65_536;

    /// <summary>The most bytes of a payload, as JSON in UTF-8.</summary>
    public const int MaxPayloadLength = 16 * 1024 * 1024;

    /// <summary>The deepest nesting of a payload.</summary>
    public const int MaxPayloadDepth = 64;

    /// <summary>Makes an envelope; its properties are set by the caller.</summary>
    public EventEnvelope()
    {
    }

    /// <summary>Takes over what a log has stored, without the checks that it has passed before.</summary>
    [System.Diagnostics.CodeAnalysis.SetsRequiredMembers]
    internal EventEnvelope(StoredEnvelope stored)
    {
        (Id, Kind, Type, Version) = (stored.Id, stored.Kind, stored.Type, stored.Version);
        (RunId, CorrelationId, CausationId, TraceId) = (stored.RunId, stored.CorrelationId, stored.CausationId, stored.TraceId);
        (Time, Producer, _payload) = (stored.Time, stored.Producer, stored.Payload);
        Headers = stored.Headers is { Count: > 0 } headers ? headers : s_noHeaders;
    }

    /// <summary>The event's own id. A log keeps one event of an id; to append it again changes nothing.</summary>
    /// <exception cref="ArgumentException">It is empty.</exception>
    public required Guid Id
    {
        get;
        init => field = EventRules.Id(value, nameof(Id));
    }

    /// <summary>Event (the default) or command.</summary>
    public EventKind Kind
    {
        get;
        init => field = EventRules.Kind(value, nameof(Kind));
    }

    /// <summary>The type, such as "playout.AiringEnded": 1 to <see cref="MaxNameLength"/> characters.</summary>
    public required string Type
    {
        get;
        init => field = EventRules.Name(value, nameof(Type));
    }

    /// <summary>The version of the payload's form, by default "1".</summary>
    public string Version
    {
        get;
        init => field = EventRules.RequiredText(value, nameof(Version));
    }
    = "1";

    /// <summary>The run that it belongs to, such as a period on the air; null for none. At most <see cref="MaxTextLength"/> characters.</summary>
    public string? RunId
    {
        get;
        init => field = EventRules.Text(value, nameof(RunId));
    }

    /// <summary>
    /// What all events of one story share, such as a channel's id; null for none. A consumer keeps the order of such events even if one of them
    /// fails. At most <see cref="MaxTextLength"/> characters.
    /// </summary>
    public string? CorrelationId
    {
        get;
        init => field = EventRules.Text(value, nameof(CorrelationId));
    }

    /// <summary>The id of the event or command that caused this one; null for none. At most <see cref="MaxTextLength"/> characters.</summary>
    public string? CausationId
    {
        get;
        init => field = EventRules.Text(value, nameof(CausationId));
    }

    /// <summary>The id of a trace (W3C Trace Context); null for none. At most <see cref="MaxTextLength"/> characters.</summary>
    public string? TraceId
    {
        get;
        init => field = EventRules.Text(value, nameof(TraceId));
    }

    /// <summary>Station time when it happened, in the years 1 to 9999, exact to the nanosecond.</summary>
    public required Instant Time
    {
        get;
        init => field = EventRules.Time(value, nameof(Time));
    }

    /// <summary>The part of the station that made it: 1 to <see cref="MaxNameLength"/> characters.</summary>
    public required string Producer
    {
        get;
        init => field = EventRules.Name(value, nameof(Producer));
    }

    /// <summary>
    /// Further texts by name, such as those that a transport needs; at most <see cref="MaxHeadersLength"/> characters together. The envelope
    /// keeps a copy.
    /// </summary>
    public IReadOnlyDictionary<string, string> Headers
    {
        get;
        init => field = EventRules.Headers(value, nameof(Headers));
    }
    = s_noHeaders;

    /// <summary>
    /// What the event says, as JSON of at most <see cref="MaxPayloadLength"/> bytes and <see cref="MaxPayloadDepth"/> levels; by default an empty
    /// object. The envelope keeps a copy. Names are unique in their object; a number must fit into a double and have at most 100 characters.
    /// Stores keep values, not spellings: the order of properties may change, and 1e2 may become 100.
    /// </summary>
    public JsonElement Payload
    {
        get => _payload;
        init => _payload = EventRules.Payload(value, nameof(Payload));
    }

    /// <summary>Makes an event with a new random id.</summary>
    /// <param name="type">The type, such as "playout.AiringEnded".</param>
    /// <param name="producer">The part of the station that makes it.</param>
    /// <param name="time">Station time when it happened.</param>
    /// <param name="payload">What it says.</param>
    /// <param name="payloadType">How the payload is written, from a source-generated context.</param>
    public static EventEnvelope Create<T>(string type, string producer, Instant time, T payload, JsonTypeInfo<T> payloadType) => new()
    {
        Id = Guid.NewGuid(),
        Type = type,
        Producer = producer,
        Time = time,
        Payload = JsonSerializer.SerializeToElement(payload, payloadType),
    };

    /// <summary>Returns the payload as an object.</summary>
    /// <param name="payloadType">How the payload is read, from a source-generated context.</param>
    /// <exception cref="JsonException">The payload has another form.</exception>
    public T? ReadPayload<T>(JsonTypeInfo<T> payloadType) => Payload.Deserialize(payloadType);

    /// <summary>Returns the envelope as JSON in UTF-8.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(new StoredEnvelope(this), EventJson.Envelope);

    /// <summary>Reads an envelope that <see cref="ToJson"/> or a stranger wrote.</summary>
    /// <param name="json">JSON in UTF-8.</param>
    /// <exception cref="JsonException">It is not JSON, or not an envelope.</exception>
    /// <exception cref="ArgumentException">A value is not allowed.</exception>
    public static EventEnvelope FromJson(ReadOnlySpan<byte> json)
    {
        StoredEnvelope read = JsonSerializer.Deserialize(json, EventJson.Envelope) ?? throw new JsonException("The JSON is null; an event is an object.");
        return new EventEnvelope
        {
            Id = read.Id,
            Kind = read.Kind,
            Type = read.Type,
            Version = read.Version,
            RunId = read.RunId,
            CorrelationId = read.CorrelationId,
            CausationId = read.CausationId,
            TraceId = read.TraceId,
            Time = read.Time,
            Producer = read.Producer,
            Headers = read.Headers ?? (IReadOnlyDictionary<string, string>)s_noHeaders,
            Payload = read.Payload.ValueKind == JsonValueKind.Undefined ? EventRules.EmptyPayload : read.Payload,
        };
    }

    /// <summary>
    /// Reads an envelope that a store gives back: it was checked before it was written, so only its form is checked. For authors of stores.
    /// </summary>
    /// <param name="json">JSON in UTF-8, from <see cref="ToJson"/>.</param>
    /// <exception cref="JsonException">It is not an envelope.</exception>
    public static EventEnvelope FromStore(ReadOnlySpan<byte> json) =>
        new(JsonSerializer.Deserialize(json, EventJson.Envelope) ?? throw new JsonException("The JSON is null; an event is an object."));

    /// <summary>True if all values are equal.</summary>
    public bool Equals(EventEnvelope? other) => other is not null
        && (Id, Kind, Type, Version) == (other.Id, other.Kind, other.Type, other.Version)
        && (RunId, CorrelationId, CausationId, TraceId) == (other.RunId, other.CorrelationId, other.CausationId, other.TraceId)
        && (Time, Producer) == (other.Time, other.Producer)
        && Headers.Count == other.Headers.Count
        && Headers.All(header => other.Headers.TryGetValue(header.Key, out string? value) && value == header.Value)
        && JsonElement.DeepEquals(Payload, other.Payload);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Id, Type, Time);
}
