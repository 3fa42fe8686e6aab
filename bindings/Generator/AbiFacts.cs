using System.Text.Json;

namespace RetroVue.Bindings.Generator;

/// <summary>What differs between the releases of a library whose ABI moves: read from a JSON file of facts.</summary>
internal sealed record AbiFacts
{
    /// <summary>The library that tells the releases apart, as named in <see cref="Releases"/>.</summary>
    public required string Key { get; init; }

    /// <summary>Release, oldest first; for each library its major and the lowest minor version.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyDictionary<string, IReadOnlyList<int>>> Releases { get; init; }

    /// <summary>Struct, field, and its offset.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyDictionary<string, FieldFacts>> Structs { get; init; }

    /// <summary>Library, first and last release as "5.1-8.1", and the functions it exports in them.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyDictionary<string, IReadOnlyList<string>>> Functions { get; init; }

    public static AbiFacts Read(string path) =>
        JsonSerializer.Deserialize(File.ReadAllText(path), InputJson.Default.AbiFacts)
        ?? throw new GeneratorException($"{path} is empty.");

    /// <summary>The newest release that is not newer than this version; null if the major is not described.</summary>
    public string? ReleaseOf(int major, int minor) => Releases.Keys
        .LastOrDefault(release => Releases[release][Key] is [var m, var n, ..] && m == major && n <= minor);

    /// <summary>The releases that export a function, or null if it is not described.</summary>
    public string? RangeOf(string library, string function) =>
        Functions.TryGetValue(library, out var ranges) ? ranges.FirstOrDefault(range => range.Value.Contains(function)).Key : null;
}

/// <summary>Where a field stands.</summary>
internal sealed record FieldFacts
{
    /// <summary>Offsets by the release from which on they hold; null: the field is gone. No entry before the field appears.</summary>
    public required IReadOnlyDictionary<string, int?> At { get; init; }

    /// <summary>Its C# type, stated where some release lacks the field; else the headers tell.</summary>
    public string? Type { get; init; }

    /// <summary>The offset in a release, or null.</summary>
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
