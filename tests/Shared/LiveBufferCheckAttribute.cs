using NUnit.Framework.Interfaces;
using RetroVue.Media.Pipelines;

namespace RetroVue.Tests;

/// <summary>Fails every test of an assembly or class that does not release its buffers. Tests run one after the other.</summary>
[AttributeUsage(AttributeTargets.Assembly | AttributeTargets.Class)]
internal class LiveBufferCheckAttribute : Attribute, ITestAction
{
    // An earlier test that failed may have left buffers. That is not this test's fault, so the check begins with that number.
    private long _before;

    public ActionTargets Targets => ActionTargets.Test;

    /// <summary>The number of things that a test has to release.</summary>
    protected virtual long Live => MediaBuffer.LiveCount;

    public void BeforeTest(ITest test) => _before = Live;

    public void AfterTest(ITest test)
    {
        // A test that failed or was skipped has ended in the middle, and its own result tells why.
        if (TestContext.CurrentContext.Result.Outcome.Status == TestStatus.Passed)
        {
            Assert.That(Live, Is.LessThanOrEqualTo(_before), "more objects are alive after the test than before it");
        }
    }
}
