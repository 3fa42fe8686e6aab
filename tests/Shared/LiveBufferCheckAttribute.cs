using NUnit.Framework.Interfaces;
using RetroVue.Media.Pipelines;

namespace RetroVue.Tests;

/// <summary>Fails every test of an assembly or class that leaves a buffer behind.</summary>
[AttributeUsage(AttributeTargets.Assembly | AttributeTargets.Class)]
internal class LiveBufferCheckAttribute : Attribute, ITestAction
{
    public ActionTargets Targets => ActionTargets.Test;

    public void BeforeTest(ITest test)
    {
    }

    public void AfterTest(ITest test)
    {
        // A test that has failed ended in the middle, and has said why.
        if (TestContext.CurrentContext.Result.Outcome.Status != TestStatus.Failed)
        {
            Check();
        }
    }

    /// <summary>Throws if something is left.</summary>
    protected virtual void Check() => Assert.That(MediaBuffer.LiveCount, Is.Zero, "buffers alive after the test");
}
