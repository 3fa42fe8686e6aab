using RetroVue.Bindings.Generator.Clang;

namespace RetroVue.Bindings.Generator;

/// <summary>Writes the C# files of one input.</summary>
internal sealed class BindingWriter(BindingInput input, Headers headers, AbiFacts? abi)
{
    private readonly TypeMapper _mapper = new(
        input.Structs.Concat(abi?.Structs.Keys ?? []).ToHashSet(),
        input.Enums.Keys.ToHashSet());

    /// <summary>Returns the name and the text of each file, in the order of writing.</summary>
    public IReadOnlyDictionary<string, string> Write()
    {
        var files = new Dictionary<string, string>();
        foreach (var library in input.Libraries)
        {
            files[library.Class + ".g.cs"] = Library(library);
        }

        if (input.Enums.Count > 0)
        {
            files["Enums.g.cs"] = Enums();
        }

        if (abi is not null)
        {
            files["Layouts.g.cs"] = new LayoutWriter(input, headers, abi, _mapper).Write();
        }

        // Last, because only now all structs are known that a signature or a field points to.
        files["Structs.g.cs"] = Structs();
        return files;
    }

    private string Library(LibraryInput library)
    {
        var file = new GeneratedFile(input, headers.Versions);
        file.Block([$"internal static unsafe class {library.Class}"], () =>
        {
            file.Line($"internal const string Library = \"{library.Library}\";");
            file.Line();
            foreach (var (name, _) in library.AllConstants)
            {
                var (type, value) = headers.Constant(name);

                // Values of 32 bits are used for int fields and parameters, even if the macro is unsigned.
                file.Line(type.Size == sizeof(int)
                    ? $"internal const int {name} = {GeneratedFile.Number((int)value)};"
                    : $"internal const {_mapper.Map(type.Canonical)} {name} = {GeneratedFile.Number(value)};");
            }

            var functions = library.Functions.Select(name => (Name: name, Quick: false))
                .Concat(library.VariadicWords.Keys.Select(name => (Name: name, Quick: false)))
                .Concat(library.QuickFunctions.Select(name => (Name: name, Quick: true)));
            foreach (var (name, quick) in functions.OrderBy(function => function.Name, StringComparer.Ordinal))
            {
                Function(file, library, name, quick);
            }
        });
        return file.ToString();
    }

    private void Function(GeneratedFile file, LibraryInput library, string name, bool quick)
    {
        var words = library.VariadicWords.GetValueOrDefault(name);
        if (!headers.Functions.TryGetValue(name, out var function) || function.Type.IsVariadic != words > 0)
        {
            throw new GeneratorException($"{name} is not declared in the headers of {library.Class}, or is variadic and has no count of words.");
        }

        file.Line();
        if (abi is not null)
        {
            var range = abi.RangeOf(library.Library, name) ?? throw new GeneratorException($"No release is known to export {name}.");
            if (range != $"{abi.Releases.Keys.First()}-{abi.Releases.Keys.Last()}")
            {
                file.Line($"/// <summary>Exported by the releases {range} only.</summary>");
            }
        }

        var parameters = function.Type.Arguments().Select((type, i) =>
        {
            var given = LibClang.clang_Cursor_getArgument(function, (uint)i).Name.TrimStart('_');
            return $"{_mapper.Map(type)} {GeneratedFile.Escape(given.Length > 0 ? given : $"argument{i}")}";
        }).Concat(Enumerable.Range(1, words).Select(i => $"nint word{i}"));
        file.Line("[DllImport(Library)]");
        if (quick)
        {
            file.Line("[SuppressGCTransition]");
        }

        file.Line($"internal static extern {_mapper.Map(function.Type.Result)} {name}({string.Join(", ", parameters)});");
    }

    private string Enums()
    {
        var file = new GeneratedFile(input, headers.Versions);
        foreach (var (name, members) in input.Enums)
        {
            var values = headers.Enums[name].Children().ToDictionary(
                member => member.Name, member => LibClang.clang_getEnumConstantDeclValue(member));
            file.Block([$"internal enum {name}"], () =>
            {
                foreach (var member in members)
                {
                    file.Line(values.TryGetValue(member, out var value)
                        ? $"{member} = {GeneratedFile.Number(value)},"
                        : throw new GeneratorException($"{name} has no member {member}."));
                }
            });
        }

        return file.ToString();
    }

    private string Structs()
    {
        var file = new GeneratedFile(input, headers.Versions);
        foreach (var layout in input.Structs.Select(name => PlainStruct.Of(Declaration(name), _mapper)))
        {
            var pack = layout.Pack == 0 ? "" : $", Pack = {layout.Pack}";
            file.Block([$"[StructLayout(LayoutKind.Sequential{pack})]", $"internal unsafe struct {layout.Name}"], () =>
            {
                foreach (var line in layout.Fields.SelectMany(field => field.Declaration))
                {
                    file.Line(line);
                }
            });
        }

        foreach (var name in _mapper.Opaque)
        {
            file.Line();
            file.Line("/// <summary>Opaque: only ever behind a pointer.</summary>");
            file.Line($"internal struct {name};");
        }

        return file.ToString();
    }

    private Cursor Declaration(string name) => headers.Structs.TryGetValue(name, out var declaration)
        ? declaration
        : throw new GeneratorException($"The headers do not define struct {name}.");
}
