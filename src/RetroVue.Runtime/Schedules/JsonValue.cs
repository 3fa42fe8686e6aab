using System.Text.Json;

namespace RetroVue.Runtime.Schedules;

/// <summary>A value of a JSON document. It knows its line and field, for error messages.</summary>
/// <param name="document">The document's name.</param>
/// <param name="line">The line on which the value begins, from 1.</param>
/// <param name="path">The field, such as "channels[0].name"; empty for the root.</param>
/// <param name="kind">The token with which the value begins.</param>
internal sealed class JsonValue(string document, int line, string path, JsonTokenType kind)
{
    private readonly List<(string Name, JsonValue Value)> _fields = [];
    private readonly List<JsonValue> _elements = [];

    public string Path => path;

    /// <summary>The text of a string or number, as in the document but without escapes.</summary>
    public string Text { get; init; } = "";

    /// <summary>Makes an error about this value.</summary>
    public ScheduleException Error(string problem) => new(document, line, path, problem);

    public bool TryAdd(string name, JsonValue value)
    {
        bool isNew = Optional(name) is null;
        _fields.Add((name, value));
        return isNew;
    }

    public void Add(JsonValue element) => _elements.Add(element);

    /// <summary>Checks that this is an object that has only these fields.</summary>
    public JsonValue AsObject(params ReadOnlySpan<string> names)
    {
        Expect(kind == JsonTokenType.StartObject, "an object in braces");
        foreach ((string name, JsonValue value) in _fields)
        {
            if (!names.Contains(name))
            {
                throw value.Error($"this field is not known here; the fields are {string.Join(", ", names!)}");
            }
        }

        return this;
    }

    public JsonValue? Optional(string name)
    {
        foreach ((string Name, JsonValue Value) field in _fields)
        {
            if (field.Name == name)
            {
                return field.Value;
            }
        }

        return null;
    }

    public JsonValue Required(string name) => Optional(name) ?? throw Error($"the field '{name}' is missing");

    public IReadOnlyList<JsonValue> AsArray()
    {
        Expect(kind == JsonTokenType.StartArray, "a list in brackets");
        return _elements;
    }

    public string AsString()
    {
        Expect(kind == JsonTokenType.String, "a text in quotes");
        return string.IsNullOrWhiteSpace(Text) ? throw Error("must not be empty") : Text;
    }

    /// <summary>The text of a string, or of a number written without quotes.</summary>
    public string AsStringOrNumber() => kind == JsonTokenType.Number ? Text : AsString();

    public bool AsBoolean()
    {
        Expect(kind is JsonTokenType.True or JsonTokenType.False, "true or false");
        return kind == JsonTokenType.True;
    }

    private void Expect(bool isRight, string wanted)
    {
        if (!isRight)
        {
            throw Error($"must be {wanted}");
        }
    }
}
