namespace RetroVue.Media.FFmpeg.Tests.Interop;

public sealed class GeneratorTests
{
    private string _folder = "";

    [SetUp]
    public void CreateFolder() => _folder = Directory.CreateTempSubdirectory("rv-bindings-").FullName;

    [TearDown]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    private static string[] Inputs => [Repository.LibcInput, Repository.FilesInput, Repository.FFmpegInput];

    [TestCaseSource(nameof(Inputs))]
    public void Check_committed_bindings_are_what_the_headers_give(string input)
    {
        var (code, output) = GeneratorRun.Run("--check", input);
        Assert.That(code, Is.Zero, output);
        if (output.Contains("headers differ", StringComparison.Ordinal))
        {
            Assert.Ignore("These headers are not those that the bindings were written from; the layout proof holds against them all the same. "
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

    private string CopyLibc(Func<string, string> change)
    {
        foreach (var file in Directory.EnumerateFiles(Path.GetDirectoryName(Repository.LibcInput)!))
        {
            File.WriteAllText(Path.Combine(_folder, Path.GetFileName(file)), change(File.ReadAllText(file)));
        }

        return Path.Combine(_folder, Path.GetFileName(Repository.LibcInput));
    }
}
