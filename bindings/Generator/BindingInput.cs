using System.Text.Json;
using System.Text.Json.Serialization;

namespace RetroVue.Bindings.Generator;

/// <summary>The input for one folder of bindings: the JSON file beside the generated code.</summary>
internal sealed record BindingInput
{
    /// <summary>The namespace of the generated code.</summary>
    public required string Namespace { get; init; }

    /// <summary>The headers, as in an <c>#include</c>.</summary>
    public required IReadOnlyList<string> Headers { get; init; }

    /// <summary>The folders with headers of our own, relative to this file's folder. They are searched before the system's.</summary>
    public IReadOnlyList<string> IncludeFolders { get; set; } = [];

    /// <summary>The versions of the headers: for each name, the macros whose values are joined by points.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<string>> Versions { get; init; }

    /// <summary>One generated class per library.</summary>
    public required IReadOnlyList<LibraryInput> Libraries { get; init; }

    /// <summary>Structs with a fixed layout, generated as plain C# structs.</summary>
    public IReadOnlyList<string> Structs { get; set; } = [];

    /// <summary>The enums by name, with the members that are generated.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Enums { get; set; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>Macros that have another name in older headers: the name, and the older name.</summary>
    public IReadOnlyDictionary<string, string> OlderNames { get; set; } = new Dictionary<string, string>();

    /// <summary>The file, beside this one, with the layouts that differ between releases; null if there is none.</summary>
    public string? Abi { get; init; }

    /// <summary>The C code that declares all names.</summary>
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

/// <summary>The part of one native library that is bound.</summary>
internal sealed record LibraryInput
{
    /// <summary>The name of the generated class.</summary>
    public required string Class { get; init; }

    /// <summary>The name in <c>DllImport</c>.</summary>
    public required string Library { get; init; }

    /// <summary>Functions that are called in the ordinary way.</summary>
    public IReadOnlyList<string> Functions { get; set; } = [];

    /// <summary>Functions that take far less than a microsecond, never block, never call back: bound with SuppressGCTransition.</summary>
    public IReadOnlyList<string> QuickFunctions { get; set; } = [];

    /// <summary>
    /// Variadic functions by name, with the number of their further arguments. Each argument is a machine word, because Linux on x86-64 and
    /// arm64 passes such words like those of an ordinary function.
    /// </summary>
    public IReadOnlyDictionary<string, int> VariadicWords { get; set; } = new Dictionary<string, int>();

    /// <summary>Integer macros and enum members that become constants.</summary>
    public IReadOnlyList<string> Constants { get; set; } = [];

    /// <summary>Constants by name, with their C expression.</summary>
    public IReadOnlyDictionary<string, string> Expressions { get; set; } = new Dictionary<string, string>();

    /// <summary>All constants, with their C expression.</summary>
    [JsonIgnore]
    public IEnumerable<KeyValuePair<string, string>> AllConstants =>
        Constants.Select(name => KeyValuePair.Create(name, name)).Concat(Expressions);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(BindingInput))]
[JsonSerializable(typeof(AbiFacts))]
internal sealed partial class InputJson : JsonSerializerContext;
