using NUnit.Framework.Interfaces;
using RetroVue.Media.Devices.Tests;
using RetroVue.Media.Pipelines;

[assembly: LiveBufferCheck]

namespace RetroVue.Media.Devices.Tests;

/// <summary>Fails every test of the assembly that leaves a buffer behind.</summary>
[AttributeUsage(AttributeTargets.Assembly)]
internal sealed class LiveBufferCheckAttribute : Attribute, ITestAction
{
    public ActionTargets Targets => ActionTargets.Test;

    public void BeforeTest(ITest test)
    {
    }

    public void AfterTest(ITest test) => Assert.That(MediaBuffer.LiveCount, Is.Zero, "buffers alive after the test");
}
