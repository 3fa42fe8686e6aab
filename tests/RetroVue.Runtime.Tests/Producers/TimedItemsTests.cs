using NodaTime;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Testing;
using RetroVue.Media.Time;
using RetroVue.Runtime.Output;
using RetroVue.Runtime.Producers;
using RetroVue.Runtime.Schedules;
using Duration = NodaTime.Duration;

// Tokens are cancelled on the simulation's thread. On the thread pool, the cancellation would have no fixed place in the order of events.
#pragma warning disable CA1849, VSTHRD103, MA0042, MA0045

namespace RetroVue.Runtime.Tests.Producers;

/// <summary>If an opening was given up, the next opening of the same file waits for it, unless it hangs for too long.</summary>
public sealed class TimedItemsTests
{
    private SimulatedExecutor _executor = null!;
    private HangingOpenings _hanging = null!;

    private double Now => (_executor.Clock.Now - ClockTime.FromSeconds(10)).Nanoseconds / 1e9;

    [SetUp]
    public void Begin() => (_executor, _hanging) = (new SimulatedExecutor(ClockTime.FromSeconds(10)), new HangingOpenings());

    [TestCase(0.3)]
    [TestCase(4.2)]
    public void Opening_that_was_given_up_is_waited_for_by_the_next_one(double takes)
    {
        var opener = new SlowOpener(_executor, takes);
        GiveUp(opener, after: 0.1);
        Task<ItemPlayer> second = Open(opener, CancellationToken.None);
        Assert.That(() => _executor.RunUntilCompleted(second, _executor.Clock.Now + ClockTime.FromSeconds(20)), Throws.InstanceOf<InvalidDataException>());
        // The second opening waits for the first one, and then takes as long again.
        Assert.That((Now, opener.Opened), Is.EqualTo((takes * 2, 2)).Within(0.001));
    }

    [Test]
    public void Opening_that_hangs_is_waited_for_until_its_limit_and_no_longer_by_anybody()
    {
        var opener = new SlowOpener(_executor, 1000);
        GiveUp(opener, after: 1);
        Task<ItemPlayer> second = Open(opener, CancellationToken.None);
        Assert.That(() => _executor.RunUntilCompleted(second, _executor.Clock.Now + ClockTime.FromSeconds(20)), Throws.InstanceOf<StalledFileException>());
        Assert.That(Now, Is.EqualTo(TimedItems.Limit.Nanoseconds / 1e9).Within(0.001), "the limit counts from the first opening");
        Task<ItemPlayer> third = Open(opener, CancellationToken.None);
        Assert.That(() => _executor.RunUntilCompleted(third, _executor.Clock.Now), Throws.InstanceOf<StalledFileException>());
        Assert.That(opener.Opened, Is.EqualTo(1));
    }

    // This happens when the producer on the air and the one before it both give up the same file.
    [Test]
    public void File_that_yet_another_one_has_given_up_meanwhile_is_waited_for_as_well()
    {
        var opener = new SlowOpener(_executor, 0.3);
        GiveUp(opener, after: 0.1);
        Task<ItemPlayer> second = Open(opener, CancellationToken.None);
        _executor.RunUntilCompleted(
            () =>
            {
                _hanging.Add("/none", new SlowOpener(_executor, 0.5).OpenAsync(null!, ClockTime.Zero, ClockTime.Zero, CancellationToken.None), _executor.Clock.Now);
                return Task.CompletedTask;
            },
            _executor.Clock.Now);
        Assert.That(() => _executor.RunUntilCompleted(second, _executor.Clock.Now + ClockTime.FromSeconds(20)), Throws.InstanceOf<InvalidDataException>());
        Assert.That((Now, opener.Opened), Is.EqualTo((0.11 + 0.5 + 0.3, 2)).Within(0.001));
    }

    // The opening ends between the check of its end and its entry in the list. In the program, this takes two threads.
    [Test]
    public void Opening_that_has_ended_meanwhile_is_not_waited_for_for_ever()
    {
        _hanging.Add("/none", Task.FromException<ItemPlayer>(new InvalidDataException("There is none.")), _executor.Clock.Now);
        Assert.That((_hanging.EndOf("/none"), _hanging.SinceOf("/none")), Is.EqualTo(((Task?)null, ClockTime.None)));
    }

    private void GiveUp(SlowOpener opener, double after)
    {
        using var first = new CancellationTokenSource();
        Task<ItemPlayer> opening = Open(opener, first.Token);
        _executor.RunFor(ClockTime.FromMilliseconds((long)(after * 1000)));
        _executor.RunUntilCompleted(
            () =>
            {
                first.Cancel();
                return Task.CompletedTask;
            },
            _executor.Clock.Now);
        _executor.RunFor(ClockTime.FromMilliseconds(10));
        Assert.That(opening.IsCanceled, Is.True);
    }

    private Task<ItemPlayer> Open(SlowOpener opener, CancellationToken gone)
    {
        Instant start = ChannelLine.DefaultEpoch;
        var entry = new PlayoutEntry(EntryKind.Programme, start, start + Duration.FromMinutes(1), "Test", "/none", Duration.Zero);
        Task<ItemPlayer>? opening = null;
        _executor.RunUntilCompleted(
            () =>
            {
                opening = new TimedItems(opener, _hanging, _executor).OpenAsync(entry, ClockTime.Zero, ClockTime.Zero, gone);
                return Task.CompletedTask;
            },
            _executor.Clock.Now);
        return opening!;
    }

    /// <summary>Opens nothing. An opening takes its time, even if it is cancelled.</summary>
    private sealed class SlowOpener(SimulatedExecutor executor, double takes) : IItemOpener
    {
        public int Opened { get; private set; }

        public async Task<ItemPlayer> OpenAsync(PlayoutEntry entry, ClockTime from, ClockTime notBefore, CancellationToken cancellationToken)
        {
            Opened++;
            await executor.WaitUntilAsync(executor.Clock, executor.Clock.Now + ClockTime.FromMilliseconds((long)(takes * 1000)), CancellationToken.None)
                .ConfigureAwait(false);
            throw new InvalidDataException("It has ended, which is all that matters here.");
        }
    }
}
