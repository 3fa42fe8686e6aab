using RetroVue.Bindings.Generator.Clang;

namespace RetroVue.Bindings.Generator;

/// <summary>
/// Writes the structs whose fields have different offsets in different releases: opaque C# structs with one property for each field. So
/// <c>stream-&gt;time_base</c> is written as in C, and uses the offset of the loaded release.
/// </summary>
internal sealed class LayoutWriter(BindingInput input, Headers headers, AbiFacts abi, TypeMapper mapper)
{
    public string Write()
    {
        var file = new GeneratedFile(input, headers.Versions);
        file.Line();
        file.Line("using static RetroVue.Media.FFmpeg.Native.FFmpegLayout;");
        Releases(file);
        foreach (var (name, fields) in abi.Structs)
        {
            Struct(file, name, fields);
        }

        return file.ToString();
    }

    private void Releases(GeneratedFile file)
    {
        file.Block(["internal enum FFmpegRelease"], () =>
        {
            foreach (var release in abi.Releases.Keys)
            {
                file.Line($"{ReleaseName(release)},");
            }
        });
        file.Block(["internal static class FFmpegReleases"], () =>
        {
            file.Line("/// <summary>By release, oldest first: the major and the lowest minor version of each library, in the order in which they are loaded.</summary>");
            file.Line("internal static readonly (FFmpegRelease Release, string Name, (string Library, int Major, int Minor)[] Libraries)[] All =");
            file.Line("[");
            foreach (var (release, libraries) in abi.Releases)
            {
                var versions = libraries.Select(library => $"(\"{library.Key}\", {library.Value[0]}, {library.Value[1]})");
                file.Line($"    (FFmpegRelease.{ReleaseName(release)}, \"{release}\", [{string.Join(", ", versions)}]),");
            }

            file.Line("];");
        });
    }

    private void Struct(GeneratedFile file, string name, IReadOnlyDictionary<string, FieldFacts> fields)
    {
        string[] heading =
        [
            "/// <summary>Moves between releases: used only behind the pointers that the library gives, never copied.</summary>",
            $"internal unsafe struct {name}",
        ];
        file.Block(heading, () =>
        {
            foreach (var (field, facts) in fields)
            {
                Field(file, name, field, facts);
            }
        });
    }

    private void Field(GeneratedFile file, string owner, string field, FieldFacts facts)
    {
        var (type, isArray) = TypeOf(owner, field, facts);
        var complete = abi.Releases.Keys.All(release => facts.In(release, abi.Releases.Keys) is not null);
        var offset = $"at_{field}";
        if (facts.At.Count == 1 && complete)
        {
            offset = GeneratedFile.Number(facts.At.Values.Single()!.Value);
        }
        else
        {
            var changes = facts.At.Select(change => $"(FFmpegRelease.{ReleaseName(change.Key)}, {change.Value ?? -1})");
            file.Line($"private static readonly int {offset} = Offset([{string.Join(", ", changes)}]);");
        }

        if (!complete)
        {
            file.Line($"public static bool has_{field} => {offset} >= 0;");
            offset = $"Existing({offset}, \"{owner}.{field}\")";
        }

        var address = $"(byte*)Unsafe.AsPointer(ref this) + {offset}";
        file.Line(isArray
            ? $"public {type}* {GeneratedFile.Escape(field)} => ({type}*)({address});"
            : $"public ref {type} {GeneratedFile.Escape(field)} => ref *({type}*)({address});");
    }

    private (string Type, bool IsArray) TypeOf(string owner, string field, FieldFacts facts)
    {
        if (facts.Type is { } stated)
        {
            return (stated, false);
        }

        var declaration = headers.Structs[owner].Children().FirstOrDefault(child => child.Kind == CursorKind.Field && child.Name == field);
        var type = declaration.Kind == CursorKind.Field
            ? declaration.Type
            : throw new GeneratorException($"The headers have no {owner}.{field}; state its type among the facts.");
        return type.Canonical.Kind == CTypeKind.ConstantArray ? (mapper.Map(type.Canonical.Element), true) : (mapper.Map(type), false);
    }

    private static string ReleaseName(string release) => "V" + release.Replace('.', '_');
}
