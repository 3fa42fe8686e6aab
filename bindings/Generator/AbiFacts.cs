using System.Text.Json;

namespace RetroVue.Bindings.Generator;

/// <summary>The differences between the releases of a library with a changing ABI, read from a JSON file of facts.</summary>
internal sealed record AbiFacts
{
    /// <summary>The library whose version identifies the release; its name as in <see cref="Releases"/>.</summary>
    public required string Key { get; init; }

    /// <summary>The releases, oldest first; for each one and each library, the major version and the lowest minor version.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyDictionary<string, IReadOnlyList<int>>> Releases { get; init; }

    /// <summary>The structs; for each one its fields, with their offsets.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyDictionary<string, FieldFacts>> Structs { get; init; }

    /// <summary>The libraries; for each one and each range of releases, such as "5.1-8.1", the functions that it exports.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyDictionary<string, IReadOnlyList<string>>> Functions { get; init; }

    public static AbiFacts Read(string path) =>
        JsonSerializer.Deserialize(File.ReadAllText(path), InputJson.Default.AbiFacts)
        ?? throw new GeneratorException($"{path} is empty.");

    /// <summary>Returns the newest release that is not newer than this version; null if the major version is not described.</summary>
    public string? ReleaseOf(int major, int minor) => Releases.Keys
        .LastOrDefault(release => Releases[release][Key] is [var m, var n, ..] && m == major && n <= minor);

    /// <summary>Returns the releases that export a function; null if it is not described.</summary>
    public string? RangeOf(string library, string function) =>
        Functions.TryGetValue(library, out var ranges) ? ranges.FirstOrDefault(range => range.Value.Contains(function)).Key : null;
}

/// <summary>The offsets of a field.</summary>
internal sealed record FieldFacts
{
    /// <summary>
    /// Offsets by the first release with this offset; null if that release no longer has the field. No entry before the field appears.
    /// </summary>
    public required IReadOnlyDictionary<string, int?> At { get; init; }

    /// <summary>Its C# type, if some release lacks the field; null if the type is read from the headers.</summary>
    public string? Type { get; init; }

    /// <summary>Returns the offset in a release; null if that release does not have the field.</summary>
    public int? In(string release, IEnumerable<string> releases)
    {
        int? offset = null;
        foreach (var candidate in releases)
        {
            if (At.TryGetValue(candidate, out var changed))
            {
                offset = changed;
            }

            if (candidate == release)
            {
                break;
            }
        }

        return offset;
    }
}
