using System.Text;
using System.Text.Json;

namespace RetroVue.Runtime.Schedules;

/// <summary>
/// Reads a JSON document into values that know their lines. Comments and trailing commas are allowed; duplicate names are not.
/// </summary>
internal ref struct JsonValueReader
{
    private static readonly JsonReaderOptions s_options = new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip };

    private readonly string _document;
    private readonly ReadOnlySpan<byte> _utf8;
    private Utf8JsonReader _reader;
    private string _path = "";
    private long _counted;
    private int _line = 1;

    private JsonValueReader(ReadOnlySpan<byte> utf8, string document)
    {
        _utf8 = utf8.StartsWith(Encoding.UTF8.Preamble) ? utf8[Encoding.UTF8.Preamble.Length..] : utf8;
        _document = document;
        _reader = new Utf8JsonReader(_utf8, s_options);
    }

    /// <exception cref="ScheduleException">The document is not JSON.</exception>
    public static JsonValue Read(ReadOnlySpan<byte> utf8, string document)
    {
        var reader = new JsonValueReader(utf8, document);
        try
        {
            reader._reader.Read();
            JsonValue root = reader.ReadValue("");
            // Finds content after the root value.
            reader._reader.Read();
            return root;
        }
        catch (JsonException exception)
        {
            // The reader's messages end with the position, counted from 0.
            string problem = exception.Message.Split(" LineNumber:")[0];
            throw new ScheduleException(document, (int)(exception.LineNumber ?? 0) + 1, reader._path, problem, exception);
        }
        catch (InvalidOperationException exception)
        {
            throw new ScheduleException(document, reader.Line(), reader._path, "the text is not valid UTF-8 or has half of a surrogate pair", exception);
        }
    }

    private JsonValue ReadValue(string path)
    {
        _path = path;
        JsonTokenType kind = _reader.TokenType;
        var value = new JsonValue(_document, Line(), path, kind)
        {
            Text = kind switch
            {
                JsonTokenType.String => _reader.GetString()!,
                JsonTokenType.Number => Encoding.UTF8.GetString(_reader.ValueSpan),
                _ => "",
            },
        };

        if (kind == JsonTokenType.StartObject)
        {
            while (_reader.Read() && _reader.TokenType == JsonTokenType.PropertyName)
            {
                string name = _reader.GetString()!;
                _reader.Read();
                JsonValue field = ReadValue(path.Length == 0 ? name : $"{path}.{name}");
                if (!value.TryAdd(name, field))
                {
                    throw field.Error("is given twice");
                }

                _path = path;
            }
        }
        else if (kind == JsonTokenType.StartArray)
        {
            for (int i = 0; _reader.Read() && _reader.TokenType != JsonTokenType.EndArray; i++)
            {
                value.Add(ReadValue($"{path}[{i}]"));
                _path = path;
            }
        }

        return value;
    }

    /// <summary>Returns the line of the present token, from 1.</summary>
    private int Line()
    {
        long start = _reader.TokenStartIndex;
        _line += _utf8[(int)_counted..(int)start].Count((byte)'\n');
        _counted = start;
        return _line;
    }
}
