using System.Buffers.Binary;
using System.IO.Compression;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace RetroVue.House.Tests;

/// <summary>The descriptions of the packages, read from packages that are made as for a release.</summary>
[Category("Slow")]
public sealed partial class PackageDescriptionTests
{
    private const string ProjectUrl = "https://project.example/retrovue";

    private string _folder = "";

    private const string Templates = "RetroVue.Templates";

    /// <summary>The package with the libraries that draw the letters of slates. These have another licence.</summary>
    private const string Letters = "RetroVue.Runtime";

    private static IEnumerable<string> Projects => Repository.Projects.Select(project => project.Name).Append(Templates);

    [OneTimeSetUp]
    public void Pack()
    {
        PackedProject.NeedBridge();
        _folder = Directory.CreateTempSubdirectory("retrovue-release-").FullName;
        foreach (string project in Projects)
        {
            string source = project == Templates ? $"templates/{project}" : $"src/{project} --no-build";
            (int code, string output) = PackedProject.Dotnet(
                Repository.Root, $"pack {source} -c Release -v quiet -o {_folder} -p:ProjectUrl={ProjectUrl}");
            Assert.That(code, Is.Zero, output);
        }
    }

    [OneTimeTearDown]
    public void Remove()
    {
        if (_folder.Length > 0)
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    [TestCaseSource(nameof(Projects))]
    public void Package_says_what_it_is_and_where_the_project_is(string project)
    {
        using ZipArchive package = Open(project);
        XElement said = MetadataOf(package);
        string[] tags = ValueOf(said, "tags").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Assert.Multiple(() =>
        {
            Assert.That(ValueOf(said, "id"), Is.EqualTo(project));
            Assert.That(ValueOf(said, "license"), Is.EqualTo(project == Letters ? "MIT AND OFL-1.1" : "MIT"));
            Assert.That(ValueOf(said, "authors"), Is.Not.Empty);
            Assert.That(ValueOf(said, "projectUrl"), Is.EqualTo(ProjectUrl));
            Assert.That(Element(said, "repository")?.Attribute("url")?.Value, Is.EqualTo(ProjectUrl));
            if (Path.Exists(Path.Combine(Repository.Root, ".git")))
            {
                Assert.That(Element(said, "repository")?.Attribute("commit")?.Value, Does.Match("^[0-9a-f]{40}$"), "the commit of its sources");
            }

            Assert.That(tags, Has.Length.GreaterThanOrEqualTo(6).And.Unique);
            if (project == Templates)
            {
                Assert.That(Element(said, "packageTypes")?.Elements().Single().Attribute("name")?.Value, Is.EqualTo("Template"));
                Assert.That(package.Entries.Select(entry => entry.FullName), Has.None.EndsWith(".dll"));
            }
            else
            {
                Assert.That(package.GetEntry($"lib/net10.0/{project}.dll"), Is.Not.Null);
                Assert.That(package.GetEntry($"lib/net10.0/{project}.xml"), Is.Not.Null, "the documentation that editors show");
            }

            Assert.That(package.GetEntry(ValueOf(said, "readme")), Is.Not.Null);
            Assert.That(SizeOfPng(package.GetEntry(ValueOf(said, "icon"))), Is.EqualTo((128, 128)));
        });
    }

    [Test]
    public void Package_with_the_letters_of_slates_has_their_licence()
    {
        using ZipArchive package = Open(Letters);
        ZipArchiveEntry? licence = package.GetEntry("licenses/NotoSans-OFL.txt");
        Assert.That(licence, Is.Not.Null);
        using var text = new StreamReader(licence!.Open());
        Assert.That(text.ReadToEnd(), Does.Contain("SIL OPEN FONT LICENSE"));
    }

    [TestCaseSource(nameof(Projects))]
    public void Release_notes_are_the_newest_section_of_the_changelog(string project)
    {
        using ZipArchive package = Open(project);
        string notes = ValueOf(MetadataOf(package), "releaseNotes").Trim();
        string section = NewestSection().Match(File.ReadAllText(Path.Combine(Repository.Root, "CHANGELOG.md"))).Groups["text"].Value.Trim();
        Assert.That(section, Does.StartWith("### "));
        // Package servers accept at most 35,000 characters.
        Assert.That(notes, Has.Length.InRange(Math.Min(section.Length, 29_000), 35_000));
        Assert.That(section, Does.StartWith(notes));
    }

    [Test]
    public void Every_package_has_a_description_of_its_own() =>
        Assert.That(Projects.Select(Description), Is.Unique.And.All.Length.InRange(40, 300));

    [Test]
    public void Package_without_an_address_of_the_project_says_none()
    {
        string work = Directory.CreateTempSubdirectory("retrovue-unnamed-").FullName;
        try
        {
            // An address that is set in the environment would be used too.
            (int code, string output) = PackedProject.Dotnet(
                Repository.Root, $"pack src/RetroVue.Media -c Release --no-build -v quiet -o {work} -p:ProjectUrl=");
            Assert.That(code, Is.Zero, output);
            using ZipArchive package = ZipFile.OpenRead(Directory.GetFiles(work, "*.nupkg").Single());
            XElement said = MetadataOf(package);
            Assert.That(Element(said, "projectUrl"), Is.Null);
            Assert.That(Element(said, "repository")?.Attribute("url"), Is.Null);
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }

    [Test]
    public void Address_that_is_none_is_refused_with_the_remedy()
    {
        (int code, string output) = PackedProject.Dotnet(
            Repository.Root, $"pack src/RetroVue.Media -c Release --no-build -v quiet -o {_folder}/none -p:ProjectUrl=/home/me/retrovue");
        Assert.That(code, Is.Not.Zero);
        Assert.That(output, Does.Contain("'/home/me/retrovue'").And.Contain("https://"));
    }

    private ZipArchive Open(string project) =>
        ZipFile.OpenRead(Directory.GetFiles(_folder, $"{project}.*.nupkg").Single(file => Version().IsMatch(Path.GetFileName(file)[project.Length..])));

    private string Description(string project)
    {
        using ZipArchive package = Open(project);
        return ValueOf(MetadataOf(package), "description");
    }

    private static XElement MetadataOf(ZipArchive package)
    {
        using Stream stream = package.Entries.Single(entry => entry.FullName.EndsWith(".nuspec", StringComparison.Ordinal)).Open();
        return Element(XDocument.Load(stream).Root!, "metadata")!;
    }

    private static XElement? Element(XElement parent, string name) => parent.Elements().SingleOrDefault(element => element.Name.LocalName == name);

    private static string ValueOf(XElement parent, string name) => Element(parent, name)?.Value ?? "";

    /// <summary>Reads the width and the height from the beginning of the header (PNG, second edition, 11.2.2).</summary>
    private static (int Width, int Height) SizeOfPng(ZipArchiveEntry? entry)
    {
        Assert.That(entry, Is.Not.Null);
        byte[] head = new byte[24];
        using Stream stream = entry!.Open();
        stream.ReadExactly(head);
        Assert.That(head.AsSpan(1, 3).SequenceEqual("PNG"u8), Is.True);
        return (BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(16)), BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(20)));
    }

    [GeneratedRegex(@"^\.\d", RegexOptions.None, 1000)]
    private static partial Regex Version();

    [GeneratedRegex(@"^## \[[^\n]*\n(?<text>.*?)(?=^## |\z)", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex NewestSection();
}
