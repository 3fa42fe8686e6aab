namespace RetroVue.Bindings.Tests;

public sealed class GeneratorTests
{
    private string _folder = "";

    [SetUp]
    public void CreateFolder() => _folder = Directory.CreateTempSubdirectory("rv-bindings-").FullName;

    [TearDown]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    [TestCaseSource(typeof(BindingSet), nameof(BindingSet.All))]
    public void Check_committed_bindings_are_what_the_headers_give(object set)
    {
        var (code, output) = GeneratorRun.Run("--check", ((BindingSet)set).Input);
        Assert.That(code, Is.Zero, output);
        if (output.Contains("headers differ", StringComparison.Ordinal))
        {
            Assert.Ignore("The bindings were made from another version of these headers. The layout proof also checks these headers. "
                + output.Split('\n')[0]);
        }
    }

    [Test]
    public void Check_edited_file_fails_and_names_it()
    {
        var input = CopyLibc(text => text);
        Assert.That(GeneratorRun.Run(input).ExitCode, Is.Zero);
        var file = Path.Combine(_folder, "Libc.g.cs");
        File.WriteAllText(file, File.ReadAllText(file).Replace("CLOCK_MONOTONIC = 1", "CLOCK_MONOTONIC = 2", StringComparison.Ordinal));
        var (code, output) = GeneratorRun.Run("--check", input);
        Assert.That(code, Is.EqualTo(1));
        Assert.That(output, Does.Contain("Libc.g.cs: differs").And.Not.Contain("Structs.g.cs"));
    }

    [Test]
    public void Check_headers_of_another_version_are_said_and_not_checked()
    {
        var input = CopyLibc(text => text
            .Replace("// Headers: glibc ", "// Headers: glibc 1.", StringComparison.Ordinal)
            .Replace("CLOCK_MONOTONIC = 1", "CLOCK_MONOTONIC = 2", StringComparison.Ordinal));
        var (code, output) = GeneratorRun.Run("--check", input);
        Assert.That(code, Is.Zero);
        Assert.That(output, Does.Contain("headers differ, not checked"));
    }

    [Test]
    public void Generate_function_that_no_header_declares_is_refused_by_name()
    {
        var input = CopyLibc(text => text.Replace("\"prctl\"", "\"prctll\"", StringComparison.Ordinal));
        var (code, output) = GeneratorRun.Run(input);
        Assert.That(code, Is.EqualTo(1));
        Assert.That(output, Does.Contain("prctll"));
    }

    [Test]
    public void Generate_union_has_its_members_one_upon_the_other_and_the_size_and_alignment_of_those_left_out()
    {
        var header = Path.Combine(_folder, "unions.h");
        File.WriteAllText(header, """
            struct other { void *pointer; long words[3]; };
            struct holder {
                int tag;
                union { short small; struct other other; } named;
                union { int whole; unsigned same; };
                union { char first; int second; };
                int last;
            };
            """);
        var input = Path.Combine(_folder, "unions.json");
        File.WriteAllText(input, $$"""
            { "namespace": "N", "headers": ["{{header}}"], "versions": {}, "libraries": [], "structs": ["holder"] }
            """);
        var (code, output) = GeneratorRun.Run(input);
        Assert.That(code, Is.Zero, output);
        string[] lines = [.. File.ReadLines(Path.Combine(_folder, "Structs.g.cs")).SkipWhile(line => line != "{").Select(line => line.Trim())];
        Assert.That(lines[1..^1], Is.EqualTo(new[]
        {
            "public int tag;",
            "public named_union named;",
            "[StructLayout(LayoutKind.Explicit, Size = 32)]",
            "internal struct named_union",
            "{",
            "[FieldOffset(0)] public short small;",
            "[FieldOffset(0)] private ulong _alignment;",
            "}",
            "public int whole;",
            "public anonymous_union anonymous;",
            "[StructLayout(LayoutKind.Explicit, Size = 4)]",
            "internal struct anonymous_union",
            "{",
            "[FieldOffset(0)] public byte first;",
            "[FieldOffset(0)] public int second;",
            "}",
            "public int last;",
        }));
    }

    [Test]
    public void Generate_packed_struct_says_so_and_one_that_would_be_laid_out_alike_does_not()
    {
        var header = Path.Combine(_folder, "packed.h");
        File.WriteAllText(header, """
            struct tight { int tag; long wide; char last; } __attribute__((packed));
            struct letters { char first; char second; } __attribute__((packed));
            struct holder { char tag; struct tight tight; int last; };
            """);
        var input = Path.Combine(_folder, "packed.json");
        File.WriteAllText(input, $$"""
            { "namespace": "N", "headers": ["{{header}}"], "versions": {}, "libraries": [], "structs": ["tight", "letters", "holder"] }
            """);
        var (code, output) = GeneratorRun.Run(input);
        Assert.That(code, Is.Zero, output);
        Assert.That(
            File.ReadLines(Path.Combine(_folder, "Structs.g.cs")).Where(line => line.Contains("StructLayout(", StringComparison.Ordinal)),
            Is.EqualTo(new[]
            {
                "[StructLayout(LayoutKind.Sequential, Pack = 1)]", "[StructLayout(LayoutKind.Sequential)]", "[StructLayout(LayoutKind.Sequential)]",
            }));
    }

    private string CopyLibc(Func<string, string> change)
    {
        var libc = BindingSet.All.Single(set => set.Name == "libc").Input;
        foreach (var file in Directory.EnumerateFiles(Path.GetDirectoryName(libc)!))
        {
            File.WriteAllText(Path.Combine(_folder, Path.GetFileName(file)), change(File.ReadAllText(file)));
        }

        return Path.Combine(_folder, Path.GetFileName(libc));
    }
}
