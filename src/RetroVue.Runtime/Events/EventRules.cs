using System.Collections.Frozen;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Unicode;
using NodaTime;

namespace RetroVue.Runtime.Events;

/// <summary>What an envelope may contain: what every store can keep and give back.</summary>
internal static class EventRules
{
    /// <summary>The longest number in a payload.</summary>
    private const int MaxNumberLength = 100;

    private static readonly Instant s_first = Instant.FromUtc(1, 1, 1, 0, 0);
    private static readonly JsonDocumentOptions s_payload = new() { AllowDuplicateProperties = false, MaxDepth = EventEnvelope.MaxPayloadDepth };

    /// <summary>An empty object.</summary>
    public static JsonElement EmptyPayload { get; } = JsonElement.Parse("{}"u8);

    /// <summary>Checks an id.</summary>
    public static Guid Id(Guid value, string property) =>
        value != Guid.Empty ? value : throw new ArgumentException("An event needs an id of its own; the empty UUID is none.", property);

    /// <summary>Checks a kind.</summary>
    public static EventKind Kind(EventKind value, string property) => value is EventKind.Event or EventKind.Command
        ? value
        : throw new ArgumentOutOfRangeException(property, value, "An event's kind is Event or Command.");

    /// <summary>Checks a required name.</summary>
    public static string Name(string value, string property)
    {
        ArgumentNullException.ThrowIfNull(value, property);
        CheckText(value, property, EventEnvelope.MaxNameLength);
        return value.AsSpan().Trim().Length > 0 ? value : throw new ArgumentException($"An event's {property} must not be empty.", property);
    }

    /// <summary>Checks an optional text.</summary>
    public static string? Text(string? value, string property)
    {
        if (value is not null)
        {
            CheckText(value, property, EventEnvelope.MaxTextLength);
        }

        return value;
    }

    /// <summary>Checks a text that may be empty, but not null.</summary>
    public static string RequiredText(string value, string property) => Text(value, property) ?? throw new ArgumentNullException(property);

    /// <summary>Checks a time.</summary>
    public static Instant Time(Instant value, string property) => value >= s_first // The last instant of NodaTime is the end of the year 9999.
        ? value
        : throw new ArgumentOutOfRangeException(property, value, "An event's time must lie in the years 1 to 9999.");

    /// <summary>Checks headers, and returns a copy of them.</summary>
    public static IReadOnlyDictionary<string, string> Headers(IReadOnlyDictionary<string, string> value, string property)
    {
        ArgumentNullException.ThrowIfNull(value, property);
        if (value.Count == 0)
        {
            return FrozenDictionary<string, string>.Empty;
        }

        var copy = new Dictionary<string, string>(value.Count, StringComparer.Ordinal);
        long length = 0;
        foreach ((string name, string text) in value)
        {
            CheckText(name, property, EventEnvelope.MaxTextLength);
            CheckText(text ?? throw new ArgumentException($"The header '{name}' of an event has no text.", property), property, EventEnvelope.MaxHeadersLength);
            length += name.Length + text.Length;
            copy.Add(name, text);
        }

        return length <= EventEnvelope.MaxHeadersLength
            ? copy.AsReadOnly()
            : throw new ArgumentException($"The headers of an event have {length:N0} characters; at most {EventEnvelope.MaxHeadersLength:N0} are allowed.", property);
    }

    /// <summary>Checks a payload, and returns a copy of it.</summary>
    public static JsonElement Payload(JsonElement value, string property)
    {
        if (value.ValueKind == JsonValueKind.Undefined)
        {
            throw new ArgumentException("An event's payload is no JSON value. For none, leave it out.", property);
        }

        ReadOnlySpan<byte> json = JsonMarshal.GetRawUtf8Value(value);
        if (json.Length > EventEnvelope.MaxPayloadLength)
        {
            throw new ArgumentException($"An event's payload has {json.Length:N0} bytes; at most {EventEnvelope.MaxPayloadLength:N0} are allowed.", property);
        }

        try
        {
            CheckTokens(json, property);
            return JsonElement.Parse(json, s_payload);
        }
        catch (JsonException exception)
        {
            throw new ArgumentException($"An event's payload cannot be kept: {exception.Message}", property, exception);
        }
    }

    private static void CheckTokens(ReadOnlySpan<byte> json, string property)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = EventEnvelope.MaxPayloadDepth });
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.String or JsonTokenType.PropertyName when !reader.ValueIsEscaped:
                    if (!Utf8.IsValid(reader.ValueSpan))
                    {
                        throw NotText(property);
                    }

                    break;
                case JsonTokenType.String or JsonTokenType.PropertyName:
                    CheckEscaped(ref reader, property);
                    break;
                case JsonTokenType.Number:
                    if (reader.ValueSpan.Length > MaxNumberLength || !reader.TryGetDouble(out double number) || !double.IsFinite(number))
                    {
                        throw new ArgumentException(
                            $"An event's payload has a number that does not fit into a double, or has more than {MaxNumberLength} characters. Write it as a text.",
                            property);
                    }

                    break;
            }
        }
    }

    private static void CheckEscaped(ref Utf8JsonReader reader, string property)
    {
        string text;
        try
        {
            text = reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw NotText(property);
        }

        CheckText(text, property, int.MaxValue);
    }

    private static void CheckText(string text, string property, int most)
    {
        if (text.Length > most)
        {
            throw new ArgumentException($"An event's {property} has {text.Length:N0} characters; at most {most:N0} are allowed.", property);
        }

        if (text.Contains('\0', StringComparison.Ordinal))
        {
            throw new ArgumentException($"An event's {property} has the character NUL, which databases do not keep. Leave it out.", property);
        }

        if (text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF') >= 0 && !IsPaired(text))
        {
            throw NotText(property);
        }
    }

    private static bool IsPaired(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (char.IsSurrogate(text[i]) && !(i + 1 < text.Length && char.IsSurrogatePair(text[i], text[++i])))
            {
                return false;
            }
        }

        return true;
    }

    private static ArgumentException NotText(string property) =>
        new($"An event's {property} is no Unicode text: it has half of a surrogate pair, or bytes that are not UTF-8.", property);
}
