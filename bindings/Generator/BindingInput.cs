using System.Text.Json;
using System.Text.Json.Serialization;

namespace RetroVue.Bindings.Generator;

/// <summary>What one folder of bindings is made of: the JSON file that stands beside the generated code.</summary>
internal sealed record BindingInput
{
    /// <summary>Namespace of the generated code.</summary>
    public required string Namespace { get; init; }

    /// <summary>The headers, as they stand in an <c>#include</c>.</summary>
    public required IReadOnlyList<string> Headers { get; init; }

    /// <summary>Folders, relative to this file's, that headers of our own are looked for in before the system's.</summary>
    public IReadOnlyList<string> IncludeFolders { get; set; } = [];

    /// <summary>What the headers' version is read from: a name, and the macros whose values joined by points are its version.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<string>> Versions { get; init; }

    /// <summary>One generated class per library.</summary>
    public required IReadOnlyList<LibraryInput> Libraries { get; init; }

    /// <summary>Structs whose layout is part of the library's ABI, generated as plain C# structs.</summary>
    public IReadOnlyList<string> Structs { get; set; } = [];

    /// <summary>Enums by name with the members that are used.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Enums { get; set; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>Macros by name that older headers have under another name, and that name.</summary>
    public IReadOnlyDictionary<string, string> OlderNames { get; set; } = new Dictionary<string, string>();

    /// <summary>The file, beside this one, with the layouts that differ between releases; null if there are none.</summary>
    public string? Abi { get; init; }

    /// <summary>The C text that makes all names known.</summary>
    [JsonIgnore]
    public string Prelude => string.Concat(
        Headers.Select(header => $"#include {Locate(header)}\n")
            .Concat(OlderNames.Select(pair => $"#ifndef {pair.Key}\n#define {pair.Key} {pair.Value}\n#endif\n")));

    /// <summary>The folder of the file.</summary>
    [JsonIgnore]
    public string Folder { get; private set; } = "";

    public static BindingInput Read(string path)
    {
        BindingInput input = JsonSerializer.Deserialize(File.ReadAllText(path), InputJson.Default.BindingInput)
            ?? throw new GeneratorException($"{path} is empty.");
        input.Folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        return input;
    }

    private string Locate(string header) => IncludeFolders
        .Select(folder => Path.GetFullPath(Path.Combine(Folder, folder, header)))
        .Where(File.Exists)
        .Select(file => $"\"{file}\"")
        .FirstOrDefault($"<{header}>");
}

/// <summary>The wanted part of one native library.</summary>
internal sealed record LibraryInput
{
    /// <summary>Name of the generated class.</summary>
    public required string Class { get; init; }

    /// <summary>The name in <c>DllImport</c>.</summary>
    public required string Library { get; init; }

    /// <summary>Functions called in the ordinary way.</summary>
    public IReadOnlyList<string> Functions { get; set; } = [];

    /// <summary>Functions that take far less than a microsecond, never block and never call back: bound with SuppressGCTransition.</summary>
    public IReadOnlyList<string> QuickFunctions { get; set; } = [];

    /// <summary>
    /// Variadic functions by name, with the number of further arguments, each a machine word: on x86-64 and arm64 Linux such words are
    /// passed as those of an ordinary function are.
    /// </summary>
    public IReadOnlyDictionary<string, int> VariadicWords { get; set; } = new Dictionary<string, int>();

    /// <summary>Integer macros and enum members that become constants.</summary>
    public IReadOnlyList<string> Constants { get; set; } = [];

    /// <summary>Constants by name that are a C expression.</summary>
    public IReadOnlyDictionary<string, string> Expressions { get; set; } = new Dictionary<string, string>();

    /// <summary>All constants: name and C expression.</summary>
    [JsonIgnore]
    public IEnumerable<KeyValuePair<string, string>> AllConstants =>
        Constants.Select(name => KeyValuePair.Create(name, name)).Concat(Expressions);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(BindingInput))]
[JsonSerializable(typeof(AbiFacts))]
internal sealed partial class InputJson : JsonSerializerContext;
