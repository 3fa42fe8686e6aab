namespace RetroVue.House.Tests;

/// <summary>Files list the public API of each library, so that the compiler shows each change of it.</summary>
public sealed class PublicApiTests
{
    private static readonly string[] s_files = ["PublicAPI.Shipped.txt", "PublicAPI.Unshipped.txt"];

    // Without these files, the compiler compares nothing and reports nothing.
    [Test]
    public void Every_library_has_the_files_that_list_its_public_api()
    {
        Assert.That(Repository.Projects, Is.Not.Empty);
        foreach ((string name, string folder) in Repository.Projects.Select(project => (project.Name, project.Folder)))
        {
            string[] lines = [.. s_files.SelectMany(file => File.ReadAllLines(Path.Combine(folder, file)))];
            Assert.That(lines.Count(line => line == "#nullable enable"), Is.EqualTo(2), $"{name}: each file begins with it");
            Assert.That(lines, Has.Some.Contains(name + "."), $"{name}: nothing is listed; run scripts/public-api");
        }
    }
}
