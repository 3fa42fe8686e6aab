using System.Security.Cryptography;

namespace RetroVue.Runtime.AspNetCore.Tests;

public sealed class ThirdPartyTests
{
    [Test]
    public async Task Hls_library_is_the_file_whose_hash_is_recorded()
    {
        await using TestStation station = await TestStation.StartAsync(TestStation.Empty("first", "First"));
        byte[] served = await station.Http.GetByteArrayAsync("/page/hls.min.js");
        string record = await File.ReadAllTextAsync(Path.Combine(FindSource(), "THIRD-PARTY.md"));
        Assert.That(record, Does.Contain(Convert.ToHexStringLower(SHA256.HashData(served))));
    }

    private static string FindSource()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "RetroVue.Media.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return Path.Combine(folder!, "src", "RetroVue.Runtime.AspNetCore");
    }
}
