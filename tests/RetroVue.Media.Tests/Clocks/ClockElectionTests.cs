using RetroVue.Media.Clocks;
using RetroVue.Media.Testing;
using RetroVue.Media.Time;

namespace RetroVue.Media.Tests.Clocks;

public sealed class ClockElectionTests
{
    private static readonly ControllableClock s_system = new();

    [Test]
    public void Highest_priority_wins_over_sink_certainty_and_order() =>
        Assert.That(
            Winner(
                Candidate("sink", ClockPriorities.Hardware, isSink: true),
                Candidate("network", ClockPriorities.Network, uncertainty: 1000)),
            Is.EqualTo("network"));

    [Test]
    public void Sink_wins_over_a_more_certain_source_of_equal_priority() =>
        Assert.That(
            Winner(
                Candidate("source", ClockPriorities.Hardware, uncertainty: 1),
                Candidate("sink", ClockPriorities.Hardware, isSink: true, uncertainty: 1000)),
            Is.EqualTo("sink"));

    [Test]
    public void More_certain_clock_wins_among_sinks() =>
        Assert.That(
            Winner(
                Candidate("loose", ClockPriorities.Hardware, isSink: true, uncertainty: 1000),
                Candidate("tight", ClockPriorities.Hardware, isSink: true, uncertainty: 10)),
            Is.EqualTo("tight"));

    [Test]
    public void First_added_wins_where_all_else_is_equal() =>
        Assert.That(
            Winner(
                Candidate("second", ClockPriorities.Hardware, order: 2),
                Candidate("first", ClockPriorities.Hardware, order: 1)),
            Is.EqualTo("first"));

    [Test]
    public void Present_reference_wins_over_a_more_certain_clock_and_loses_to_a_sink()
    {
        ClockCandidate present = Candidate("present", ClockPriorities.Hardware, uncertainty: 1000, order: 2);
        ClockCandidate certain = Candidate("certain", ClockPriorities.Hardware, uncertainty: 1, order: 1);
        ClockCandidate sink = Candidate("sink", ClockPriorities.Hardware, isSink: true, uncertainty: 1000, order: 3);
        Assert.That(ClockElection.Elect([certain, present], present.Clock)?.Clock.Name, Is.EqualTo("present"));
        Assert.That(ClockElection.Elect([present, certain], certain.Clock)?.Clock.Name, Is.EqualTo("certain"));
        Assert.That(ClockElection.Elect([certain, present, sink], present.Clock)?.Clock.Name, Is.EqualTo("sink"));
    }

    [Test]
    public void No_list_of_candidates_is_refused() =>
        Assert.That(() => ClockElection.Elect(null!), Throws.ArgumentNullException);

    [TestCase(ClockState.Unsynchronised)]
    [TestCase(ClockState.HoldOver)]
    [TestCase(ClockState.Failed)]
    public void Unhealthy_clock_is_passed_over(ClockState state) =>
        Assert.That(
            Winner(
                Candidate("ill", ClockPriorities.Precision, state: state),
                Candidate("well", ClockPriorities.Software)),
            Is.EqualTo("well"));

    [Test]
    public void Clock_that_may_not_be_master_is_passed_over_and_nobody_wins_among_none()
    {
        Assert.That(Winner(Candidate("slave", ClockPriorities.Precision, flags: ClockFlags.CanSetMaster)), Is.Null);
        Assert.That(Winner(), Is.Null);
    }

    private static string? Winner(params ClockCandidate[] candidates) => ClockElection.Elect(candidates)?.Clock.Name;

    private static ClockCandidate Candidate(
        string name,
        int priority,
        bool isSink = false,
        long uncertainty = 100,
        int order = 0,
        ClockState state = ClockState.Synchronised,
        ClockFlags flags = ClockFlags.CanBeMaster)
    {
        var clock = new SimulatedDeviceClock(s_system, name: name, flags: flags) { Jitter = ClockTime.FromNanoseconds(uncertainty), State = state };
        return new ClockCandidate(new FakeProvider(priority, clock), clock, isSink, order);
    }
}
