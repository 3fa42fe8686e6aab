using System.Text.RegularExpressions;

namespace RetroVue.House.Tests;

/// <summary>
/// Follows the README's quick start word for word: packs the packages, makes a project that uses them, and runs its program.
/// </summary>
[Category("Slow")]
public sealed class QuickStartTests
{
    [Test]
    public void Quick_start_of_the_readme_prints_what_it_says()
    {
        string readme = File.ReadAllText(Path.Combine(Repository.Root, "README.md"));
        string program = Regex.Match(readme, "```csharp\n(?<program>.*?)```", RegexOptions.Singleline, TimeSpan.FromSeconds(1)).Groups["program"].Value;
        string expected = Regex.Match(readme, "It prints `(?<line>[^`]+)`", RegexOptions.None, TimeSpan.FromSeconds(1)).Groups["line"].Value;
        Assert.That(program, Is.Not.Empty);
        Assert.That(expected, Is.Not.Empty);
        Assert.That(readme.IndexOf("native/build ", StringComparison.Ordinal), Is.LessThan(readme.IndexOf("dotnet pack", StringComparison.Ordinal)));
        PackedProject.NeedBridge();
        using var project = new PackedProject(program, "RetroVue.Media.FFmpeg");
        Assert.That(project.Run(), Does.Contain(expected));
        Assert.That(new FileInfo(Path.Combine(project.Folder, "clip.mp4")).Length, Is.GreaterThan(10_000));
    }
}
