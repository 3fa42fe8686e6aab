using System.Globalization;
using System.Text;

namespace RetroVue.Bindings.Generator;

/// <summary>
/// Writes C code that compiles only if the layouts, enum values and constants of the C# code equal those of the C compiler.
/// </summary>
internal static class AssertsWriter
{
    public static string Write(BindingInput input, Headers headers, AbiFacts? abi)
    {
        var text = new StringBuilder("#define _GNU_SOURCE\n#include <stddef.h>\n" + input.Prelude);
        var mapper = new TypeMapper(input.Structs.ToHashSet(), input.Enums.Keys.ToHashSet());
        foreach (var layout in input.Structs.Select(name => PlainStruct.Of(headers.Structs[name], mapper)))
        {
            // By tag: the structs of glibc have only a tag, those of FFmpeg a tag and a typedef.
            Assert(text, $"sizeof(struct {layout.Name})", layout.Size);
            foreach (var field in layout.Fields)
            {
                foreach (var name in field.CNames)
                {
                    Assert(text, $"offsetof(struct {layout.Name}, {name})", field.Offset);
                }
            }
        }

        foreach (var (name, expression) in input.Libraries.SelectMany(library => library.AllConstants))
        {
            Assert(text, expression, headers.Constant(name).Value);
        }

        foreach (var (name, members) in input.Enums)
        {
            var values = headers.Enums[name].Children().ToDictionary(member => member.Name, Clang.LibClang.clang_getEnumConstantDeclValue);
            foreach (var member in members)
            {
                Assert(text, member, values[member]);
            }
        }

        if (abi is not null)
        {
            Layouts(text, headers, abi);
        }

        return text.ToString();
    }

    private static void Layouts(StringBuilder text, Headers headers, AbiFacts abi)
    {
        var version = headers.Versions.Single(candidate => candidate.StartsWith($"lib{abi.Key} ", StringComparison.Ordinal)).Split(' ')[1].Split('.');
        var release = abi.ReleaseOf(int.Parse(version[0], CultureInfo.InvariantCulture), int.Parse(version[1], CultureInfo.InvariantCulture))
            ?? throw new GeneratorException($"The facts do not describe lib{abi.Key} {string.Join('.', version)}.");
        foreach (var (name, fields) in abi.Structs)
        {
            foreach (var (field, facts) in fields)
            {
                if (facts.In(release, abi.Releases.Keys) is { } offset)
                {
                    Assert(text, $"offsetof(struct {name}, {field})", offset);
                }
            }
        }
    }

    private static void Assert(StringBuilder text, string expression, long value)
    {
        var literal = value == long.MinValue ? "(-9223372036854775807LL - 1)" : value.ToString(CultureInfo.InvariantCulture) + "LL";
        var quoted = expression.Replace("\"", "\\\"", StringComparison.Ordinal);
        text.Append(CultureInfo.InvariantCulture, $"_Static_assert((long long)({expression}) == {literal}, \"{quoted}\");\n");
    }
}
