using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using NodaTime;
using RetroVue.Runtime.Events;

namespace RetroVue.Runtime.Storage.Tests;

/// <summary>Makes events whose every field holds what strangers write.</summary>
internal static class RandomEvents
{
    private static readonly string[] s_pieces =
    [
        "'", "\"", "'; DROP TABLE outbox; --", "$1", "@p0", ":name", "?", "\\", "\\u0000", "%", "_", "{", "}", "[", "]", "\r\n", "\t", "\u0001", "\u001F", "\u007F", "\u0085",
        "\u2028", "ä", "é", "\u0301", "日本語", "العربية", "\u202E", "😀", "👨‍👩‍👧", "\uFEFF", "\uFFFD", "\uFFFF", " ", "a", "Z", "0", "null", "-- ", "/*", "*/", "<script>", "&amp;", "$$", "E'\\x'",
    ];

    /// <summary>Makes an event of random fields.</summary>
    public static EventEnvelope Make(Random random) => new()
    {
        Id = RandomId(random),
        Kind = random.Next(2) == 0 ? EventKind.Event : EventKind.Command,
        Type = "t" + Text(random, EventEnvelope.MaxNameLength - 1),
        Version = Text(random, 20),
        RunId = Optional(random),
        CorrelationId = Optional(random),
        CausationId = Optional(random),
        TraceId = Optional(random),
        Time = RandomTime(random),
        Producer = "p" + Text(random, EventEnvelope.MaxNameLength - 1),
        Headers = Enumerable.Range(0, random.Next(4)).ToDictionary(index => index.ToString(CultureInfo.InvariantCulture) + Text(random, 30), _ => Text(random, 500), StringComparer.Ordinal),
        Payload = JsonElement.Parse(Encoding.UTF8.GetBytes(Json(random, 0)?.ToJsonString() ?? "null")),
    };

    private static Guid RandomId(Random random)
    {
        Span<byte> bytes = stackalloc byte[16];
        random.NextBytes(bytes);
        return new Guid(bytes);
    }

    private static Instant RandomTime(Random random) => random.Next(4) switch
    {
        0 => Instant.FromUtc(1, 1, 1, 0, 0),
        1 => Instant.FromUtc(9999, 12, 31, 23, 59, 59) + Duration.FromNanoseconds(999_999_999),
        2 => Instant.FromUtc(1582, 10, 15, 0, 0) + Duration.FromNanoseconds(random.NextInt64(1_000_000_000)),
        _ => Instant.FromUtc(2026, 1, 1, 0, 0) + Duration.FromNanoseconds(random.NextInt64(long.MaxValue / 4)),
    };

    private static string? Optional(Random random) => random.Next(3) == 0 ? null : Text(random, EventEnvelope.MaxTextLength);

    private static string Text(Random random, int most)
    {
        var text = new StringBuilder();
        int pieces = random.Next(12);
        for (int i = 0; i < pieces; i++)
        {
            string piece = s_pieces[random.Next(s_pieces.Length)];
            if (text.Length + piece.Length <= most)
            {
                text.Append(piece);
            }
        }

        return text.ToString();
    }

    private static JsonNode? Json(Random random, int depth) => random.Next(depth > 5 ? 6 : 8) switch
    {
        0 => null,
        1 => JsonValue.Create(random.Next(2) == 0),
        2 => JsonValue.Create(random.NextInt64(long.MinValue, long.MaxValue)),
        3 => JsonValue.Create(Math.ScaleB(random.NextDouble() - 0.5, random.Next(-1000, 1000))),
        4 or 5 => JsonValue.Create(Text(random, 1000)),
        6 => new JsonArray([.. Enumerable.Range(0, random.Next(5)).Select(_ => Json(random, depth + 1))]),
        _ => new JsonObject(Enumerable.Range(0, random.Next(5)).Select(index =>
            new KeyValuePair<string, JsonNode?>(index.ToString(CultureInfo.InvariantCulture) + Text(random, 50), Json(random, depth + 1)))),
    };
}
