using NUnit.Framework.Interfaces;
using RetroVue.Media.FFmpeg.Native;
using RetroVue.Media.Pipelines;

namespace RetroVue.Media.FFmpeg.Tests.Support;

/// <summary>Fails a test that leaves buffers or objects of FFmpeg's behind.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class LeakCheckAttribute : Attribute, ITestAction
{
    public ActionTargets Targets => ActionTargets.Test;

    public void BeforeTest(ITest test)
    {
    }

    public void AfterTest(ITest test)
    {
        if (TestContext.CurrentContext.Result.Outcome.Status == TestStatus.Passed)
        {
            Assert.That(MediaBuffer.LiveCount, Is.Zero, "buffers alive");
            Assert.That(FFmpegHandles.Live, Is.Zero, "objects of FFmpeg alive");
        }
    }
}
