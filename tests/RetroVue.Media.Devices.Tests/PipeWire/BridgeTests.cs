using RetroVue.Tests;

namespace RetroVue.Media.Devices.Tests.PipeWire;

/// <summary>The bridge's own tests, in C, built with the address and undefined-behaviour sanitizers.</summary>
[NonParallelizable]
public sealed class BridgeTests
{
    [Test]
    public async Task Bridge_passes_its_own_tests_under_the_sanitizers()
    {
        string build = Path.Combine(Repository.Root, "native", "build");
        (int code, string output, string error) = Tool.Run(build, "--test", "--sanitize");
        await TestContext.Out.WriteLineAsync(output);
        if (code != 0 && error.Contains("not installed:", StringComparison.Ordinal))
        {
            Assert.Ignore(error);
        }

        Assert.That(code, Is.Zero, $"{output}\n{error}");
        Assert.That(output, Does.Contain("100% tests passed"));
    }
}
