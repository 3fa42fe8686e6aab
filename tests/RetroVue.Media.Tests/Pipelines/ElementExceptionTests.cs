using RetroVue.Media.Pipelines;

namespace RetroVue.Media.Tests.Pipelines;

public sealed class ElementExceptionTests
{
    private static IEnumerable<TestCaseData> Causes =>
    [
        new TestCaseData(new Refusal(isTransient: true), true).SetArgDisplayNames("of a library, transient"),
        new TestCaseData(new Refusal(isTransient: false), false).SetArgDisplayNames("of a library, not transient"),
        new TestCaseData(new ElementException("inner", new Refusal(isTransient: true), []), true).SetArgDisplayNames("wrapped twice"),
        new TestCaseData(new TimeoutException(), true).SetArgDisplayNames("a time limit"),
        new TestCaseData(new LinkException("It does not fit."), false).SetArgDisplayNames("a format"),
        new TestCaseData(new InvalidOperationException(), false).SetArgDisplayNames("a mistake"),
    ];

    [TestCaseSource(nameof(Causes))]
    public void IsTransient_is_what_the_cause_says(Exception cause, bool transient)
    {
        MediaException error = new ElementException("source", cause, [new TimeoutException("It did not stop.")]);
        Assert.That(error.IsTransient, Is.EqualTo(transient));
        Assert.That(error.InnerException, Is.SameAs(cause));
    }

    private sealed class Refusal(bool isTransient) : MediaException("It does not answer.")
    {
        public override bool IsTransient => isTransient;
    }
}
