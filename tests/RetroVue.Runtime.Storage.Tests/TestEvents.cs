using System.Text.Json;
using NodaTime;
using RetroVue.Runtime.Events;

namespace RetroVue.Runtime.Storage.Tests;

/// <summary>Makes events for tests.</summary>
internal static class TestEvents
{
    public static readonly Instant Time = Instant.FromUtc(2026, 3, 29, 1, 30) + Duration.FromNanoseconds(123_456_789);

    /// <summary>Makes an event whose payload is its number.</summary>
    public static EventEnvelope Make(int number = 0, string type = "tests.Happened", string? key = null) => new()
    {
        Id = Guid.NewGuid(),
        Type = type,
        Producer = "tests",
        Time = Time,
        CorrelationId = key,
        Payload = JsonElement.Parse($$"""{"number":{{number}}}"""),
    };

    /// <summary>Makes events numbered from zero.</summary>
    public static EventEnvelope[] Make(IEnumerable<int> numbers) => [.. numbers.Select(number => Make(number))];

    /// <summary>Returns the number of an event.</summary>
    public static int NumberOf(LoggedEvent logged) => logged.Event.Payload.GetProperty("number").GetInt32();

    /// <summary>Reads a whole log.</summary>
    public static async Task<List<LoggedEvent>> ReadAllAsync(IEventLog log, int limit = 1000)
    {
        List<LoggedEvent> all = [];
        while (await log.ReadFromAsync(all.Count == 0 ? -1 : all[^1].Offset, limit) is { Count: > 0 } more)
        {
            all.AddRange(more);
        }

        return all;
    }
}
