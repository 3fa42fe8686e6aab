using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;
using RetroVue.Bindings.Generator;

namespace RetroVue.Bindings.Tests;

/// <summary>The C compiler checks every layout, enum value and constant of the bindings.</summary>
public sealed class LayoutProofTests
{
    private static IEnumerable<BindingSet> SetsWithStructs => BindingSet.All.Where(set => set.LeastStructs > 0);

    [TestCaseSource(typeof(BindingSet), nameof(BindingSet.All))]
    public void Layouts_every_assert_compiles(object set)
    {
        var (code, output) = Compile(Asserts(((BindingSet)set).Input));
        Assert.That(code, Is.Zero, output);
    }

    [TestCaseSource(nameof(SetsWithStructs))]
    public void Layouts_a_wrong_offset_does_not_compile(object set)
    {
        var wrong = Regex.Replace(Asserts(((BindingSet)set).Input), "(offsetof.* == )([0-9]+LL)", "${1}1$2");
        Assert.That(Compile(wrong).ExitCode, Is.Not.Zero);
    }

    [TestCaseSource(typeof(BindingSet), nameof(BindingSet.All))]
    public void PlainStructs_stand_in_memory_as_the_compiler_has_them(object set)
    {
        var (_, assembly, leastStructs, _) = (BindingSet)set;
        var input = BindingInput.Read(((BindingSet)set).Input);
        var text = new StringBuilder("#define _GNU_SOURCE\n#include <stddef.h>\n" + input.Prelude);
        var structs = assembly.GetTypes()
            .Where(type => type.Namespace == input.Namespace && type.IsValueType && !type.IsEnum && !type.IsNested && FieldsOf(type).Length > 0)
            .ToList();
        Assert.That(structs, Has.Count.GreaterThanOrEqualTo(leastStructs));
        foreach (var type in structs)
        {
            text.Append(CultureInfo.InvariantCulture, $"_Static_assert(sizeof(struct {type.Name}) == {SizeOf(type)}, \"{type.Name}\");\n");
            foreach (var field in FieldsOf(type))
            {
                foreach (var name in CNamesOf(field))
                {
                    text.Append(CultureInfo.InvariantCulture, $"_Static_assert(offsetof(struct {type.Name}, {name}) == {OffsetOf(type, field)}, \"{type.Name}.{name}\");\n");
                }
            }
        }

        var (code, output) = Compile(text.ToString());
        Assert.That(code, Is.Zero, output);
    }

    [TestCaseSource(typeof(BindingSet), nameof(BindingSet.All))]
    public void Constants_are_what_the_compiler_has(object set)
    {
        // The values are taken from the C# code. These headers may be of another release than the recorded one and give other values.
        var (_, assembly, _, leastConstants) = (BindingSet)set;
        var input = BindingInput.Read(((BindingSet)set).Input);
        var constants = input.Libraries.SelectMany(library => library.AllConstants.Select(pair => (Holder: library.Class, pair.Key, pair.Value)))
            .Concat(input.Enums.SelectMany(pair => pair.Value.Select(member => (pair.Key, member, member)))).ToList();
        Assert.That(constants, Has.Count.GreaterThanOrEqualTo(leastConstants));
        var text = new StringBuilder("#define _GNU_SOURCE\n" + input.Prelude);
        foreach (var (holder, name, expression) in constants)
        {
            var field = assembly.GetType($"{input.Namespace}.{holder}", throwOnError: true)!
                .GetField(name, BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public)!;
            // An unsigned macro of 32 bits is stored in an int.
            text.Append(field.GetRawConstantValue() switch
            {
                int value => FormattableString.Invariant($"_Static_assert((int)({expression}) == {value}LL, \"{name}\");\n"),
                long value => FormattableString.Invariant($"_Static_assert((unsigned long long)({expression}) == {(ulong)value}ULL, \"{name}\");\n"),
                ulong value => FormattableString.Invariant($"_Static_assert((unsigned long long)({expression}) == {value}ULL, \"{name}\");\n"),
                var other => throw new NotSupportedException($"{name} is {other}."),
            });
        }

        var (code, output) = Compile(text.ToString());
        Assert.That(code, Is.Zero, output);
    }

    /// <summary>
    /// Returns the names in C of a field. If it is a union, these are the union itself (if it has a name) and each of its members.
    /// </summary>
    private static IEnumerable<string> CNamesOf(FieldInfo field)
    {
        if (field.FieldType.Name.EndsWith("_union", StringComparison.Ordinal))
        {
            var path = field.Name == "anonymous" ? "" : field.Name + ".";
            Assert.That(FieldsOf(field.FieldType).Select(member => OffsetOf(field.FieldType, member)), Is.All.Zero);
            return FieldsOf(field.FieldType).Select(member => path + member.Name).Concat(path.Length == 0 ? [] : [field.Name]);
        }

        // If the first member of a union stands for all members, its name begins with the name of the union.
        return [field.Name.StartsWith("u_", StringComparison.Ordinal) ? "u." + field.Name[2..] : field.Name];
    }

    private static FieldInfo[] FieldsOf(Type type) => type.GetFields(BindingFlags.Public | BindingFlags.Instance);

    private static int SizeOf(Type type) => (int)typeof(Unsafe).GetMethod(nameof(Unsafe.SizeOf))!.MakeGenericMethod(type).Invoke(null, null)!;

    private static long OffsetOf(Type type, FieldInfo field) => (long)Marshal.OffsetOf(type, field.Name);

    private static string Asserts(string input)
    {
        var file = Path.GetTempFileName();
        try
        {
            var (code, output) = GeneratorRun.Run("--asserts", file, input);
            Assert.That(code, Is.Zero, output);
            return File.ReadAllText(file);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static (int ExitCode, string Output) Compile(string source)
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, source);
            (int code, _, string output) = Tool.Run("cc", "-x", "c", "-fsyntax-only", "-Wno-deprecated-declarations", file);
            return (code, output);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
