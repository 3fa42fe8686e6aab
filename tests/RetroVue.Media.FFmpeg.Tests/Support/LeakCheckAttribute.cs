using RetroVue.Media.FFmpeg.Native;

namespace RetroVue.Media.FFmpeg.Tests.Support;

/// <summary>Fails every test of a class that leaves buffers or objects of FFmpeg's behind.</summary>
internal sealed class LeakCheckAttribute : LiveBufferCheckAttribute
{
    protected override void Check()
    {
        base.Check();
        Assert.That(FFmpegHandles.Live, Is.Zero, "objects of FFmpeg alive after the test");
    }
}
