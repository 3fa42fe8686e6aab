using System.Security.Cryptography;

namespace RetroVue.Runtime.AspNetCore.Tests;

public sealed class ThirdPartyTests
{
    [Test]
    public async Task Hls_library_is_the_file_whose_hash_is_recorded()
    {
        await using TestStation station = await TestStation.StartAsync(TestStation.Empty("first", "First"));
        byte[] served = await station.Http.GetByteArrayAsync("/page/hls.min.js");
        string record = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "src", "RetroVue.Runtime.AspNetCore", "THIRD-PARTY.md"));
        Assert.That(record, Does.Contain(Convert.ToHexStringLower(SHA256.HashData(served))));
    }
}
