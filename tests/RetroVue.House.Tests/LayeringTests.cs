using System.Reflection;

namespace RetroVue.House.Tests;

/// <summary>The project references that are allowed. Whoever adds a project has to decide which ones it needs.</summary>
public sealed class LayeringTests
{
    private static readonly Dictionary<string, string[]> s_mayReference = new(StringComparer.Ordinal)
    {
        ["RetroVue.Media"] = [],
        ["RetroVue.Media.FFmpeg"] = ["RetroVue.Media"],
        ["RetroVue.Media.Devices"] = ["RetroVue.Media"],
        ["RetroVue.Media.NetworkTime"] = ["RetroVue.Media"],
        ["RetroVue.Media.Testing"] = ["RetroVue.Media"],
        ["RetroVue.Runtime"] = ["RetroVue.Media", "RetroVue.Media.FFmpeg"],
        ["RetroVue.Runtime.Storage"] = ["RetroVue.Runtime"],
        ["RetroVue.Runtime.AspNetCore"] = ["RetroVue.Runtime"],
    };

    // The other layers that a layer may use, because their types are in members of the layer below it (docs/adr/0005).
    private static readonly Dictionary<string, string[]> s_mayUse = new(StringComparer.Ordinal)
    {
        ["RetroVue.Runtime.Storage"] = ["RetroVue.Media", "RetroVue.Media.FFmpeg"],
        ["RetroVue.Runtime.AspNetCore"] = ["RetroVue.Media"],
    };

    private static IEnumerable<string> Projects => Repository.Projects.Select(project => project.Name);

    [TestCaseSource(nameof(Projects))]
    public void Assembly_references_only_what_lies_below_it(string project)
    {
        Assert.That(s_mayReference, Contains.Key(project), "this table must list what the new project may reference");
        string[] references = [.. Assembly.Load(project).GetReferencedAssemblies().Select(reference => reference.Name!)];
        Assert.That(
            references.Where(name => name.StartsWith("RetroVue.", StringComparison.Ordinal))
                .Except(s_mayReference[project], StringComparer.Ordinal).Except(s_mayUse.GetValueOrDefault(project, []), StringComparer.Ordinal),
            Is.Empty);
        if (!project.StartsWith("RetroVue.Runtime", StringComparison.Ordinal))
        {
            Assert.That(references, Has.None.EqualTo("NodaTime"), "media time is ClockTime");
            Assert.That(references, Has.None.StartsWith("Microsoft.AspNetCore"));
        }
    }

    [TestCaseSource(nameof(Projects))]
    public void Project_file_references_only_what_lies_below_it(string project)
    {
        // The compiler drops references that no code uses. But the package depends on all references in the project file.
        string folder = Repository.Projects.Single(entry => entry.Name == project).Folder;
        IEnumerable<string> references = System.Xml.Linq.XDocument.Load(Path.Combine(folder, $"{project}.csproj"))
            .Descendants("ProjectReference")
            .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value));
        Assert.That(references.Except(s_mayReference[project], StringComparer.Ordinal), Is.Empty);
    }
}
