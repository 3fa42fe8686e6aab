using System.Text.Json;

namespace RetroVue.House.Tests;

/// <summary>A published station contains the notices of the libraries that are published with it.</summary>
[Category("Slow")]
public sealed class PublishedNoticesTests
{
    [TestCase("SkiaSharp.NativeAssets.Linux.NoDependencies")]
    [TestCase("HarfBuzzSharp.NativeAssets.Linux")]
    public void Libraries_of_letters_are_published_with_their_notices(string package)
    {
        (int code, string output) = PackedProject.Dotnet(
            Repository.Root,
            "msbuild samples/Station -nologo -p:Configuration=Release -p:NoBuild=true -t:ComputeResolvedFilesToPublishList -getItem:ResolvedFileToPublish");
        Assert.That(code, Is.Zero, output);
        using var items = JsonDocument.Parse(output);
        string[] notices =
        [
            .. items.RootElement.GetProperty("Items").GetProperty("ResolvedFileToPublish").EnumerateArray()
                .Where(item => File.Exists(item.GetProperty("FullPath").GetString()))
                .Select(item => item.GetProperty("RelativePath").GetString()!)
                .Where(path => path.StartsWith($"licenses/{package}/", StringComparison.Ordinal)),
        ];
        Assert.That(notices, Is.EquivalentTo(new[] { $"licenses/{package}/LICENSE.txt", $"licenses/{package}/THIRD-PARTY-NOTICES.txt" }));
    }
}
