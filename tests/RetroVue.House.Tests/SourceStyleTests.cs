using System.Text.RegularExpressions;

namespace RetroVue.House.Tests;

/// <summary>A reader can find things: namespaces equal folders, and a file has the name of its only public type.</summary>
public sealed partial class SourceStyleTests
{
    private static IEnumerable<string> Projects => Repository.Projects.Select(project => project.Name);

    [TestCaseSource(nameof(Projects))]
    public void Namespaces_equal_folders(string project)
    {
        string folder = Repository.Projects.Single(entry => entry.Name == project).Folder;
        var wrong = new List<string>();
        foreach (string file in Repository.Sources(folder))
        {
            string path = Path.GetRelativePath(folder, Path.GetDirectoryName(file)!);
            string expected = path == "." ? project : $"{project}.{path.Replace(Path.DirectorySeparatorChar, '.')}";
            // Files of assembly attributes and of global usings have no namespace.
            Match match = Namespace().Match(File.ReadAllText(file));
            if (match.Success && match.Groups["name"].Value != expected)
            {
                wrong.Add($"{file}: {match.Groups["name"].Value}, not {expected}");
            }
        }

        Assert.That(wrong, Is.Empty);
    }

    [TestCaseSource(nameof(Projects))]
    public void Files_hold_one_public_type_and_bear_its_name(string project)
    {
        var wrong = new List<string>();
        foreach (string file in Repository.Sources(Repository.Projects.Single(entry => entry.Name == project).Folder))
        {
            string[] types = [.. PublicType().Matches(File.ReadAllText(file)).Select(match => match.Groups["name"].Value).Distinct(StringComparer.Ordinal)];
            // A partial type may be in several files: Type.cs and Type.Part.cs.
            string name = Path.GetFileName(file).Split('.')[0];
            if (types.Length > 1 || (types.Length == 1 && types[0] != name))
            {
                wrong.Add($"{file}: {string.Join(", ", types)}");
            }
        }

        Assert.That(wrong, Is.Empty);
    }

    /// <summary>A longer file has more than one duty. Generated files are left out.</summary>
    [TestCase("src")]
    [TestCase("tests")]
    [TestCase("samples")]
    [TestCase("benchmarks")]
    [TestCase("native")]
    [TestCase("bindings")]
    public void Files_have_at_most_400_lines(string folder)
    {
        string[] files =
        [
            .. Directory.GetFiles(Path.Combine(Repository.Root, folder), "*", SearchOption.AllDirectories)
                .Where(file => Path.GetExtension(file) is ".cs" or ".c" or ".h" && !file.EndsWith(".g.cs", StringComparison.Ordinal))
                .Where(file => !Path.GetRelativePath(Repository.Root, file).Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj" or "build")),
        ];
        Assert.That(files, Is.Not.Empty);
        Assert.That(files.Where(file => File.ReadLines(file).Count() > 400), Is.Empty);
    }

    [GeneratedRegex(@"^namespace (?<name>[\w.]+)", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Namespace();

    // With a file-scoped namespace, a type that is not nested begins at the start of its line.
    [GeneratedRegex(
        @"^public (?:[a-z]+ )*?(?:class|struct|interface|enum|record struct|record class|record|delegate [\w<>?\[\].]+) (?<name>\w+)",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture,
        1000)]
    private static partial Regex PublicType();
}
