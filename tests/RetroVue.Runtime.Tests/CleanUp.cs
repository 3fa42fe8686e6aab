namespace RetroVue.Runtime.Tests;

[SetUpFixture]
public sealed class CleanUp
{
    [OneTimeTearDown]
    public void RemoveMedia() => FfmpegTool.Clean();
}
