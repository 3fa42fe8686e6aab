namespace RetroVue.Runtime.Tests.Producers.Letters;

/// <summary>A build without a runtime identifier takes the letter libraries of certain systems only.</summary>
public sealed class LetterLibrariesTests
{
    [TestCase("libSkiaSharp.so")]
    [TestCase("libHarfBuzzSharp.so")]
    public void Build_has_those_of_the_two_systems_that_it_runs_on_and_no_others(string name)
    {
        string runtimes = Path.Combine(AppContext.BaseDirectory, "runtimes");
        string[] systems = [.. Directory.GetFiles(runtimes, name, SearchOption.AllDirectories).Select(file => Path.GetRelativePath(runtimes, file).Split('/')[0])];
        Assert.That(systems, Is.EquivalentTo(new[] { "linux-x64", "linux-arm64" }));
        Assert.That(Directory.GetFiles(runtimes, $"{Path.GetFileNameWithoutExtension(name)}.*", SearchOption.AllDirectories), Has.Length.EqualTo(2));
    }
}
