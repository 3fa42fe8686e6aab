using NUnit.Framework.Interfaces;
using RetroVue.Media.Pipelines;

namespace RetroVue.Tests;

/// <summary>Fails every test of an assembly or class that leaves a buffer behind. Tests run one after the other.</summary>
[AttributeUsage(AttributeTargets.Assembly | AttributeTargets.Class)]
internal class LiveBufferCheckAttribute : Attribute, ITestAction
{
    // A test that failed before may have left something: that is not this test's fault.
    private long _before;

    public ActionTargets Targets => ActionTargets.Test;

    /// <summary>The number of things that a test has to release.</summary>
    protected virtual long Live => MediaBuffer.LiveCount;

    public void BeforeTest(ITest test) => _before = Live;

    public void AfterTest(ITest test)
    {
        // A test that failed or was skipped ended in the middle, and has said why.
        if (TestContext.CurrentContext.Result.Outcome.Status == TestStatus.Passed)
        {
            Assert.That(Live, Is.LessThanOrEqualTo(_before), "alive after the test, and before it");
        }
    }
}
