using RetroVue.Runtime.Events;

namespace RetroVue.Runtime.Tests.Events.Spool;

/// <summary>Where an append goes, what is thrown, and in which order events get into the log.</summary>
public sealed class SpooledAppendTests
{
    [Test]
    public async Task Append_log_well_goes_to_the_log_and_writes_no_file()
    {
        await using var bench = new SpoolBench();
        EventEnvelope[] events = SpoolBench.Events(3);
        Assert.That(await bench.Spooled.AppendAsync(events[0]), Is.EqualTo(events[0].Id));
        Assert.That(await bench.Spooled.AppendAsync(events[1..]), Is.EqualTo(events[1..].Select(one => one.Id)));
        Assert.That(bench.Log.Written, Is.EqualTo(events));
        Assert.That(bench.Files, Is.Empty);
        Assert.That(bench.Lines.Lines, Is.Empty);
    }

    [Test]
    public async Task Append_log_away_is_kept_and_written_later_in_order()
    {
        await using var bench = new SpoolBench();
        EventEnvelope[] events = SpoolBench.Events(250);
        bench.Log.GoAway();
        await bench.AppendAsync(events);
        Assert.That(bench.Log.Written, Is.Empty);
        Assert.That(bench.Spooled.SpooledEvents, Is.EqualTo(250));
        await bench.DrainAsync();
        Assert.That(bench.Log.Written, Is.EqualTo(events), "every value of every event, in order");
        Assert.That(bench.Lines.Lines, Has.Count.EqualTo(1).And.All.StartsWith("1240:"));
        await bench.AppendAsync(SpoolBench.Event(250));
        Assert.That(bench.Log.Written, Has.Length.EqualTo(251), "the log is used again");
        Assert.That(bench.Files, Is.Empty);
    }

    [Test]
    public async Task Append_log_away_survives_a_restart()
    {
        await using var bench = new SpoolBench();
        EventEnvelope[] events = SpoolBench.Events(20);
        bench.Log.GoAway();
        await bench.AppendAsync(events[..10]);
        await bench.CloseAsync();
        await bench.AppendAsync(events[10..]);
        await bench.CloseAsync();
        await bench.DrainAsync();
        Assert.That(bench.Log.Written, Is.EqualTo(events));
    }

    [Test]
    public async Task Append_log_hangs_goes_to_the_spool_after_the_limit()
    {
        await using var bench = new SpoolBench();
        bench.Options = bench.Options with { AnswerLimit = TimeSpan.FromMilliseconds(50) };
        bench.Log.Hang();
        await bench.AppendAsync(SpoolBench.Event(0));
        Assert.That(bench.Spooled.SpooledEvents, Is.EqualTo(1));
        bench.Log.GoOn();
        await bench.EmptyAsync();
        Assert.That(bench.Log.Written, Has.Length.EqualTo(1), "the late call and the drain write it once");
    }

    [Test]
    public async Task Append_log_blocks_its_thread_goes_to_the_spool_after_the_limit()
    {
        await using var bench = new SpoolBench();
        bench.Options = bench.Options with { AnswerLimit = TimeSpan.FromMilliseconds(50) };
        using var locked = new ManualResetEventSlim();
        bench.Log.Before = (_, _) =>
        {
            locked.Wait(CancellationToken.None);
            return Task.CompletedTask;
        };
        await bench.AppendAsync(SpoolBench.Event(0));
        Assert.That(bench.Spooled.SpooledEvents, Is.EqualTo(1));
        bench.Log.Work();
        locked.Set();
        await bench.EmptyAsync();
        Assert.That(bench.Log.Written, Has.Length.EqualTo(1));
    }

    [Test]
    public async Task Append_late_write_of_a_call_given_up_is_not_overtaken_by_later_events()
    {
        await using var bench = new SpoolBench();
        bench.Options = bench.Options with { AnswerLimit = TimeSpan.FromMilliseconds(50) };
        EventEnvelope[] events = SpoolBench.Events(5);
        bench.Log.Hang();
        await bench.AppendAsync(events[0]);
        // The drain hangs in its call with the first event, too. The others queue behind it.
        await bench.AppendAsync(events[1..]);
        Assert.That(bench.Log.Calls.SelectMany(call => call), Is.All.EqualTo(events[0].Id), "nothing else may go to the log");
        bench.Log.GoOn();
        await bench.EmptyAsync();
        Assert.That(bench.Log.Written, Is.EqualTo(events));
    }

    [Test]
    public async Task Append_that_was_written_but_not_confirmed_is_written_once()
    {
        await using var bench = new SpoolBench();
        EventEnvelope[] events = SpoolBench.Events(10);
        bench.Log.After = static () => throw new EventException("The connection broke.", isTransient: true);
        await bench.AppendAsync(events);
        await bench.DrainAsync();
        Assert.That(bench.Log.Written, Is.EqualTo(events));
    }

    [Test]
    public async Task Append_full_database_loses_nothing_and_puts_nothing_aside()
    {
        await using var bench = new SpoolBench();
        EventEnvelope[] events = SpoolBench.Events(30);
        bench.Log.BeFull();
        await bench.AppendAsync(events);
        int calls = bench.Log.Calls.Length;
        await Until.TrueAsync(() => bench.Log.Calls.Length > calls + 100);
        await bench.DrainAsync();
        Assert.That(bench.Log.Written, Is.EqualTo(events));
        Assert.That(File.Exists(Path.Combine(bench.Folder, "refused.jsonl")), Is.False);
        Assert.That(bench.Lines.Lines.Count(line => line.StartsWith("1248:", StringComparison.Ordinal)), Is.EqualTo(1), "told once");
    }

    [Test]
    public async Task Append_mistake_of_the_program_is_thrown_and_not_spooled()
    {
        await using var bench = new SpoolBench();
        bench.Log.Before = static (_, _) => throw new NotSupportedException("Wrong.");
        await Assert.ThatAsync(() => bench.Spooled.AppendAsync(SpoolBench.Event(0)), Throws.InstanceOf<NotSupportedException>());
        await Assert.ThatAsync(() => bench.Spooled.AppendAsync((EventEnvelope)null!), Throws.ArgumentNullException);
        await Assert.ThatAsync(() => bench.Spooled.AppendAsync([SpoolBench.Event(0), null!]), Throws.ArgumentNullException);
        Assert.That(bench.Spooled.SpooledEvents, Is.Zero);
    }

    [Test]
    public async Task Append_cancelled_by_the_caller_throws_at_once()
    {
        await using var bench = new SpoolBench();
        using var end = new CancellationTokenSource();
        bench.Log.Hang();
        Task append = bench.Spooled.AppendAsync(SpoolBench.Event(0), cancellationToken: end.Token);
        await end.CancelAsync();
        await Assert.ThatAsync(() => append, Throws.InstanceOf<OperationCanceledException>());
        Assert.That(bench.Spooled.SpooledEvents, Is.Zero);
        bench.Log.GoOn();
    }

    [Test]
    public async Task Append_of_several_stays_together_in_the_spool_and_in_the_log()
    {
        await using var bench = new SpoolBench();
        EventEnvelope[] events = SpoolBench.Events(600);
        bench.Log.GoAway();
        await bench.AppendAsync(events[0]);
        await bench.Spooled.AppendAsync(events[1..599]);
        Assert.That(await bench.Spooled.AppendAsync([]), Is.Empty);
        await bench.AppendAsync(events[599]);
        await bench.DrainAsync();
        Assert.That(bench.Log.Written, Is.EqualTo(events));
        Guid[][] withSecond = [.. bench.Log.Calls.Where(call => call.Contains(events[1].Id))];
        Assert.That(withSecond, Is.Not.Empty.And.All.Matches<Guid[]>(call => call.Contains(events[598].Id)), "all or none");
    }

    [Test]
    public async Task Append_in_a_transaction_and_all_that_reads_are_passed_on()
    {
        await using var bench = new SpoolBench();
        using var transaction = new NoTransaction();
        bench.Log.GoAway();
        await Assert.ThatAsync(() => bench.Spooled.AppendAsync(SpoolBench.Event(0), transaction), Throws.InstanceOf<EventException>());
        await Assert.ThatAsync(() => bench.Spooled.AppendAsync([SpoolBench.Event(0)], transaction), Throws.InstanceOf<EventException>());
        Assert.That(bench.Log.Transaction, Is.SameAs(transaction));
        Assert.That(bench.Spooled.SpooledEvents, Is.Zero);

        bench.Log.Work();
        List<long> seen = [];
        await using IAsyncDisposable subscription = await bench.Spooled.SubscribeAsync(
            ["*"],
            null,
            (logged, _) =>
            {
                lock (seen)
                {
                    seen.Add(logged.Offset);
                }

                return Task.CompletedTask;
            });
        await bench.AppendAsync(SpoolBench.Events(2));
        await bench.Spooled.WaitForAsync(1, CancellationToken.None);
        Assert.That(await bench.Spooled.GetLatestOffsetAsync(), Is.EqualTo(2));
        Assert.That(await bench.Spooled.ReadFromAsync(1), Has.Count.EqualTo(1));
        await Until.TrueAsync(() =>
        {
            lock (seen)
            {
                return seen.Count == 2;
            }
        });
    }

    [Test]
    public async Task Append_after_disposal_throws_and_disposal_is_quick_while_the_log_hangs()
    {
        await using var bench = new SpoolBench();
        bench.Options = bench.Options with { AnswerLimit = TimeSpan.FromMilliseconds(50) };
        bench.Log.Hang();
        var spooled = bench.Spooled;
        await bench.AppendAsync(SpoolBench.Events(3));
        Task closing = bench.CloseAsync();
        await Until.TrueAsync(() => closing.IsCompleted, limit: TimeSpan.FromSeconds(4));
        await closing;
        await Assert.ThatAsync(() => spooled.AppendAsync(SpoolBench.Event(3)), Throws.InstanceOf<ObjectDisposedException>());
        bench.Log.GoOn();
        await bench.EmptyAsync();
        Assert.That(bench.Log.Written, Has.Length.EqualTo(3));
    }

    private sealed class NoTransaction : System.Data.Common.DbTransaction
    {
        public override System.Data.IsolationLevel IsolationLevel => System.Data.IsolationLevel.Unspecified;

        protected override System.Data.Common.DbConnection? DbConnection => null;

        public override void Commit()
        {
        }

        public override void Rollback()
        {
        }
    }
}
