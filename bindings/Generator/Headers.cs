using System.Globalization;
using System.Text;
using RetroVue.Bindings.Generator.Clang;

namespace RetroVue.Bindings.Generator;

/// <summary>The declarations of an input's headers, by name.</summary>
internal sealed class Headers : IDisposable
{
    // The beginning of the names of variables from which the values of macros are read. No header has such names.
    private const string Probe = "rv_probe_";

    private readonly TranslationUnit _unit;
    private readonly Dictionary<string, Cursor> _probes = [];

    public Headers(BindingInput input)
    {
        var source = new StringBuilder(input.Prelude);
        var expressions = input.Libraries.SelectMany(library => library.AllConstants)
            .Concat(input.Versions.Values.SelectMany(macros => macros).Select(macro => KeyValuePair.Create(macro, macro)));
        foreach (var (name, expression) in expressions.DistinctBy(pair => pair.Key))
        {
            source.Append(CultureInfo.InvariantCulture, $"static const __typeof__({expression}) {Probe}{name} = {expression};\n");
        }

        _unit = new TranslationUnit(source.ToString());
        foreach (var cursor in _unit.Declarations())
        {
            var name = cursor.Name;
            switch (cursor.Kind)
            {
                case CursorKind.Function:
                    Functions[name] = cursor;
                    break;
                case CursorKind.Struct when cursor.IsDefinition:
                    Structs[name] = cursor;
                    break;
                case CursorKind.Enum when cursor.IsDefinition:
                    Enums[name] = cursor;
                    break;
                case CursorKind.Variable when name.StartsWith(Probe, StringComparison.Ordinal):
                    _probes[name[Probe.Length..]] = cursor;
                    break;
                default:
                    break;
            }
        }

        Versions = [.. input.Versions.Select(version => $"{version.Key} {string.Join('.', version.Value.Select(macro => Constant(macro).Value))}")];
    }

    public Dictionary<string, Cursor> Functions { get; } = [];

    public Dictionary<string, Cursor> Structs { get; } = [];

    public Dictionary<string, Cursor> Enums { get; } = [];

    /// <summary>The versions, such as "glibc 2.36", in the input's order.</summary>
    public IReadOnlyList<string> Versions { get; }

    /// <summary>Returns the type and the value of one of the input's constants.</summary>
    public (CType Type, long Value) Constant(string name)
    {
        var probe = _probes[name];
        var result = LibClang.clang_Cursor_Evaluate(probe);
        try
        {
            const int integer = 1;
            return result != 0 && LibClang.clang_EvalResult_getKind(result) == integer
                ? (probe.Type, LibClang.clang_EvalResult_getAsLongLong(result))
                : throw new GeneratorException($"{name} is not an integer constant.");
        }
        finally
        {
            LibClang.clang_EvalResult_dispose(result);
        }
    }

    public void Dispose() => _unit.Dispose();
}
