using System.Text;
using System.Text.Json;
using NodaTime;
using RetroVue.Runtime.Events;

namespace RetroVue.Runtime.Tests.Events;

/// <summary>An envelope accepts what every store can keep, and nothing else.</summary>
public sealed class EventEnvelopeTests
{
    private static readonly EventEnvelope s_event = new()
    {
        Id = Guid.Parse("0b8e1f5e-6f57-4c2a-9f0e-3f1f6f8a9b01"),
        Type = "playout.AiringEnded",
        Producer = "channel one",
        Time = Instant.FromUtc(2026, 3, 29, 1, 30) + Duration.FromNanoseconds(1),
        CorrelationId = "c",
        Headers = new Dictionary<string, string>(StringComparer.Ordinal) { ["a"] = "b" },
        Payload = JsonElement.Parse("""{"x":[1,2.50,"ü"]}"""),
    };

    [Test]
    public void Json_has_the_names_of_the_document() => Assert.That(
        Encoding.UTF8.GetString(s_event.ToJson()),
        Is.EqualTo("""{"id":"0b8e1f5e-6f57-4c2a-9f0e-3f1f6f8a9b01","kind":"evt","type":"playout.AiringEnded","version":"1","correlationId":"c","time":"2026-03-29T01:30:00.000000001Z","producer":"channel one","headers":{"a":"b"},"payload":{"x":[1,2.50,"ü"]}}"""));

    [Test]
    public void Json_comes_back_as_it_was()
    {
        foreach (EventEnvelope envelope in new[] { s_event, s_event with { Kind = EventKind.Command, Headers = new Dictionary<string, string>(StringComparer.Ordinal), CorrelationId = null } })
        {
            Assert.That(EventEnvelope.FromJson(envelope.ToJson()), Is.EqualTo(envelope));
            Assert.That(EventEnvelope.FromStore(envelope.ToJson()), Is.EqualTo(envelope));
        }
    }

    [Test]
    public void Equality_compares_payloads_as_values()
    {
        Assert.That(s_event with { Payload = JsonElement.Parse("""{ "x": [1.0, 25e-1, "\u00fc"] }""") }, Is.EqualTo(s_event));
        Assert.That(s_event with { Payload = JsonElement.Parse("""{"x":[1,2.51,"ü"]}""") }, Is.Not.EqualTo(s_event));
        Assert.That(s_event with { Headers = new Dictionary<string, string>(StringComparer.Ordinal) { ["a"] = "c" } }, Is.Not.EqualTo(s_event));
        Assert.That(s_event with { RunId = "r" }, Is.Not.EqualTo(s_event));
    }

    [Test]
    public void Envelope_keeps_copies_of_what_it_was_given()
    {
        var headers = new Dictionary<string, string>(StringComparer.Ordinal) { ["a"] = "b" };
        EventEnvelope envelope;
        using (var document = JsonDocument.Parse("""{"x":1}"""))
        {
            envelope = s_event with { Headers = headers, Payload = document.RootElement };
        }

        headers["a"] = "changed";
        Assert.That(envelope.Headers["a"], Is.EqualTo("b"));
        Assert.That(envelope.Payload.GetProperty("x").GetInt32(), Is.EqualTo(1));
    }

    // The texts are made of numbers, because attributes keep no half of a surrogate pair.
    [TestCase(0)]
    [TestCase(0xD83D)]
    [TestCase(0xDE00)]
    [TestCase(0xDE00, 0xD83D)]
    [TestCase(0xFFFD, 0xD83D)]
    [TestCase(0xD83D, 0xDE00, 0xD83D)]
    public void Text_that_a_database_cannot_hold_is_refused_in_every_field(params int[] characters)
    {
        string text = "text" + string.Concat(characters.Select(character => (char)character)) + "end";
        Assert.That(() => s_event with { Type = text }, Throws.ArgumentException);
        Assert.That(() => s_event with { Producer = text }, Throws.ArgumentException);
        Assert.That(() => s_event with { Version = text }, Throws.ArgumentException);
        Assert.That(() => s_event with { RunId = text }, Throws.ArgumentException);
        Assert.That(() => s_event with { CorrelationId = text }, Throws.ArgumentException);
        Assert.That(() => s_event with { CausationId = text }, Throws.ArgumentException);
        Assert.That(() => s_event with { TraceId = text }, Throws.ArgumentException);
        Assert.That(() => s_event with { Headers = new Dictionary<string, string>(StringComparer.Ordinal) { [text] = "b" } }, Throws.ArgumentException);
        Assert.That(() => s_event with { Headers = new Dictionary<string, string>(StringComparer.Ordinal) { ["a"] = text } }, Throws.ArgumentException);
        string escaped = string.Concat(text.Select(letter => $"\\u{(int)letter:X4}"));
        foreach (string json in new[] { $"\"{escaped}\"", $"[1,{{\"a\":\"{escaped}\"}}]", $"{{\"{escaped}\":1}}" })
        {
            Assert.That(() => s_event with { Payload = JsonElement.Parse(json) }, Throws.ArgumentException, json);
        }
    }

    [TestCase("""{"a":1,"a":2}""", "more than once|[Dd]uplicate")]
    [TestCase("1e309", "double")]
    [TestCase("-1e400", "double")]
    [TestCase("0.1234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890", "100 characters")]
    public void Payload_that_stores_would_change_is_refused(string json, string reason) =>
        Assert.That(() => s_event with { Payload = JsonElement.Parse(json) }, Throws.ArgumentException.With.Message.Matches(reason));

    [Test]
    public void Payload_that_is_too_deep_too_large_or_no_utf8_is_refused()
    {
        string deep = new string('[', 65) + new string(']', 65);
        Assert.That(() => s_event with { Payload = JsonElement.Parse(deep, new JsonDocumentOptions { MaxDepth = 100 }) }, Throws.ArgumentException);
        Assert.That(() => s_event with { Payload = JsonElement.Parse($"\"{new string('x', EventEnvelope.MaxPayloadLength - 1)}\"") }, Throws.ArgumentException.With.Message.Contains("16,777,217"));
        Assert.That(() => s_event with { Payload = default }, Throws.ArgumentException);
        Assert.That(() => s_event with { Payload = JsonElement.Parse((byte[])[(byte)'"', 0xC3, 0x28, (byte)'"']) }, Throws.ArgumentException);
    }

    [Test]
    public void Limits_are_as_said()
    {
        Assert.That((s_event with { Type = new string('x', 100), RunId = new string('x', 200) }).Type, Has.Length.EqualTo(100));
        Assert.That(() => s_event with { Type = new string('x', 101) }, Throws.ArgumentException.With.Message.Contains("101").And.Message.Contains("100"));
        Assert.That(() => s_event with { RunId = new string('x', 201) }, Throws.ArgumentException);
        Assert.That(() => s_event with { Type = " " }, Throws.ArgumentException);
        Assert.That(() => s_event with { Type = null! }, Throws.ArgumentNullException);
        Assert.That(() => s_event with { Version = null! }, Throws.ArgumentNullException);
        Assert.That(() => s_event with { Id = Guid.Empty }, Throws.ArgumentException);
        Assert.That(() => s_event with { Kind = (EventKind)2 }, Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => s_event with { Time = Instant.FromUtc(1, 1, 1, 0, 0) - Duration.Epsilon }, Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => s_event with { Headers = new Dictionary<string, string>(StringComparer.Ordinal) { ["a"] = new string('x', 65_536) } }, Throws.ArgumentException);
        Assert.That((s_event with { Time = Instant.MaxValue }).Time, Is.EqualTo(Instant.MaxValue));
    }

    [TestCase("null")]
    [TestCase("[]")]
    [TestCase("{}")]
    [TestCase("""{"id":"0b8e1f5e-6f57-4c2a-9f0e-3f1f6f8a9b01","type":"t","producer":"p","time":"yesterday"}""")]
    [TestCase("""{"id":"0b8e1f5e-6f57-4c2a-9f0e-3f1f6f8a9b01","type":"t","producer":"p","time":"2026-01-01T00:00:00Z","kind":"event"}""")]
    [TestCase("""{"id":"0b8e1f5e-6f57-4c2a-9f0e-3f1f6f8a9b01","id":"0b8e1f5e-6f57-4c2a-9f0e-3f1f6f8a9b02","type":"t","producer":"p","time":"2026-01-01T00:00:00Z"}""")]
    public void Json_that_is_no_envelope_is_refused(string json) =>
        Assert.That(() => EventEnvelope.FromJson(Encoding.UTF8.GetBytes(json)), Throws.InstanceOf<JsonException>());

    [TestCase("""{"id":"0b8e1f5e-6f57-4c2a-9f0e-3f1f6f8a9b01","type":"","producer":"p","time":"2026-01-01T00:00:00Z"}""")]
    [TestCase("""{"id":"0b8e1f5e-6f57-4c2a-9f0e-3f1f6f8a9b01","type":"t","producer":"p","version":null,"time":"2026-01-01T00:00:00Z"}""")]
    [TestCase("""{"id":"0b8e1f5e-6f57-4c2a-9f0e-3f1f6f8a9b01","type":"t","producer":"p","time":"2026-01-01T00:00:00Z","headers":{"a":null}}""")]
    public void Json_with_a_value_that_is_not_allowed_is_refused(string json) =>
        Assert.That(() => EventEnvelope.FromJson(Encoding.UTF8.GetBytes(json)), Throws.InstanceOf<ArgumentException>());

    [Test]
    public void Random_bytes_never_do_more_than_refuse() => RandomCases.Run(300, random =>
    {
        byte[] json = s_event.ToJson();
        for (int changes = random.Next(1, 5); changes > 0; changes--)
        {
            json[random.Next(json.Length)] = (byte)random.Next(256);
        }

        EventEnvelope read;
        try
        {
            read = EventEnvelope.FromJson(json);
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException)
        {
            return;
        }

        Assert.That(EventEnvelope.FromJson(read.ToJson()), Is.EqualTo(read));
    });
}
