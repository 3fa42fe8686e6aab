using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using RetroVue.Bindings.Generator;

namespace RetroVue.Media.FFmpeg.Tests.Interop;

/// <summary>The C compiler judges every layout, enum value and constant that the bindings hold.</summary>
public sealed class LayoutProofTests
{
    private static string[] Inputs => [Repository.LibcInput, Repository.FilesInput, Repository.FFmpegInput];

    [TestCaseSource(nameof(Inputs))]
    public void Layouts_every_assert_compiles(string input)
    {
        var (code, output) = Compile(Asserts(input));
        Assert.That(code, Is.Zero, output);
    }

    [TestCaseSource(nameof(Inputs))]
    public void Layouts_a_wrong_offset_does_not_compile(string input)
    {
        var wrong = Asserts(input).Replace(" == 8LL", " == 9LL", StringComparison.Ordinal);
        Assert.That(Compile(wrong).ExitCode, Is.Not.Zero);
    }

    [TestCase(typeof(Time.ClockTime), "RetroVue.Media.Interop", 1, TestName = "PlainStructs_of_libc_stand_in_memory_as_the_compiler_has_them")]
    [TestCase(typeof(FFmpegLibrary), "RetroVue.Media.FFmpeg.Interop", 15, TestName = "PlainStructs_of_ffmpeg_stand_in_memory_as_the_compiler_has_them")]
    public void PlainStructs_stand_in_memory_as_the_compiler_has_them(Type anyOfAssembly, string space, int atLeast)
    {
        var input = space.Contains("FFmpeg", StringComparison.Ordinal) ? Repository.FFmpegInput : Repository.LibcInput;
        var text = new StringBuilder(string.Concat(Asserts(input).Split('\n').Where(line => line.StartsWith('#')).Select(line => line + "\n")));
        var structs = anyOfAssembly.Assembly.GetTypes()
            .Where(type => type.Namespace == space && type.IsValueType && !type.IsEnum && !type.IsNested && FieldsOf(type).Length > 0).ToList();
        Assert.That(structs, Has.Count.GreaterThanOrEqualTo(atLeast));
        foreach (var type in structs)
        {
            text.Append(CultureInfo.InvariantCulture, $"_Static_assert(sizeof(struct {type.Name}) == {SizeOf(type)}, \"{type.Name}\");\n");
            foreach (var field in FieldsOf(type))
            {
                // A union's first member carries the union's name before its own.
                var name = field.Name.StartsWith("u_", StringComparison.Ordinal) ? "u." + field.Name[2..] : field.Name;
                text.Append(CultureInfo.InvariantCulture, $"_Static_assert(offsetof(struct {type.Name}, {name}) == {OffsetOf(type, field)}, \"{type.Name}.{name}\");\n");
            }
        }

        var (code, output) = Compile(text.ToString());
        Assert.That(code, Is.Zero, output);
    }

    [TestCase(typeof(Time.ClockTime), 10, TestName = "Constants_of_libc_are_what_the_compiler_has")]
    [TestCase(typeof(FFmpegLibrary), 200, TestName = "Constants_of_ffmpeg_are_what_the_compiler_has")]
    public void Constants_are_what_the_compiler_has(Type anyOfAssembly, int atLeast)
    {
        // What the C# code holds, not what these headers would give: they may be of another release than the recorded one.
        var input = BindingInput.Read(anyOfAssembly == typeof(FFmpegLibrary) ? Repository.FFmpegInput : Repository.LibcInput);
        var constants = input.Libraries.SelectMany(library => library.AllConstants.Select(pair => (Holder: library.Class, pair.Key, pair.Value)))
            .Concat(input.Enums.SelectMany(pair => pair.Value.Select(member => (pair.Key, member, member)))).ToList();
        Assert.That(constants, Has.Count.GreaterThanOrEqualTo(atLeast));
        var text = new StringBuilder("#define _GNU_SOURCE\n" + input.Prelude);
        foreach (var (holder, name, expression) in constants)
        {
            var field = anyOfAssembly.Assembly.GetType($"{input.Namespace}.{holder}", throwOnError: true)!
                .GetField(name, BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public)!;
            // An unsigned macro of 32 bits is kept in an int.
            text.Append(field.GetRawConstantValue() switch
            {
                int value => FormattableString.Invariant($"_Static_assert((int)({expression}) == {value}LL, \"{name}\");\n"),
                long value => FormattableString.Invariant($"_Static_assert((unsigned long long)({expression}) == {(ulong)value}ULL, \"{name}\");\n"),
                var other => throw new NotSupportedException($"{name} is {other}."),
            });
        }

        var (code, output) = Compile(text.ToString());
        Assert.That(code, Is.Zero, output);
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
