using RetroVue.Runtime.Events;
using RetroVue.Runtime.Events.Spool;

namespace RetroVue.Runtime.Tests.Events.Spool;

/// <summary>What the spool does with its disk: flushes, room, faults.</summary>
public sealed class SpoolWriteTests
{
    [Test]
    public async Task Append_is_acknowledged_after_the_flush_and_not_before()
    {
        var disk = new FaultyDisk();
        await using var bench = new SpoolBench();
        bench.Options = bench.Options with { Disk = disk };
        bench.Log.GoAway();
        disk.Flushing.Reset();
        Task append = bench.AppendAsync(SpoolBench.Event(0));
        await Until.TrueAsync(() => Directory.Exists(bench.Folder) && bench.Files.Length == 1);
        await Task.Delay(50);
        Assert.That(append.IsCompleted, Is.False);
        disk.Flushing.Set();
        await append;
        Assert.That(disk.Flushes, Is.EqualTo(1));
    }

    [Test]
    public async Task Append_many_at_once_share_a_flush()
    {
        var disk = new FaultyDisk();
        await using var bench = new SpoolBench();
        bench.Options = bench.Options with { Disk = disk };
        bench.Log.GoAway();
        await bench.AppendAsync(SpoolBench.Event(0));
        int before = disk.Flushes;
        disk.Flushing.Reset();
        EventEnvelope[] events = SpoolBench.Events(100);
        Task[] appends = [.. events.Select(one => bench.AppendAsync(one))];
        disk.Flushing.Set();
        await Task.WhenAll(appends);
        // The first one alone, and those that came during its flush; files of a sixteenth of 64 MiB hold them all.
        Assert.That(disk.Flushes - before, Is.LessThanOrEqualTo(2));
        await bench.DrainAsync();
        Assert.That(bench.Log.Written, Has.Length.EqualTo(101));
        Assert.That(bench.Log.Written[1..], Is.EqualTo(events), "in the order of the calls");
    }

    [Test]
    public async Task Spool_full_refuses_says_so_once_and_takes_events_again_when_there_is_room()
    {
        await using var bench = new SpoolBench();
        using var measured = new Measurements(bench.Meters);
        bench.Options = bench.Options with { MaxSize = EventSpoolOptions.LeastMaxSize };
        bench.Log.GoAway();
        List<EventEnvelope> kept = [];
        EventException? refusal = null;
        for (int number = 0; refusal is null; number++)
        {
            EventEnvelope one = SpoolBench.Event(number, 1000);
            try
            {
                await bench.AppendAsync(one);
                kept.Add(one);
            }
            catch (EventException exception)
            {
                refusal = exception;
            }

            Assert.That(bench.Files.Sum(file => new FileInfo(file).Length), Is.LessThanOrEqualTo(bench.Options.MaxSize));
        }

        await Assert.ThatAsync(() => bench.AppendAsync(SpoolBench.Event(-1, 1000)), Throws.InstanceOf<EventException>());
        Assert.That(refusal.IsTransient, Is.True);
        Assert.That(refusal.Message, Does.Contain(bench.Folder).And.Contain("65,536").And.Contain("is full").And.Contain(nameof(EventSpoolOptions.MaxSize)));
        Assert.That(kept, Has.Count.InRange(40, 60), "events of about 1,250 bytes in 65,536");
        Assert.That(bench.Lines.Lines.Count(line => line.StartsWith("1243:", StringComparison.Ordinal)), Is.EqualTo(1));
        Assert.That(measured.Sum("retrovue.spool.refused", "reason=full"), Is.EqualTo(2));
        Assert.That(measured.Look("retrovue.spool.events"), Is.EqualTo(new double[] { kept.Count }));
        Assert.That(measured.Look("retrovue.spool.size"), Is.EqualTo(new double[] { bench.Files.Sum(file => new FileInfo(file).Length) }));

        await bench.DrainAsync();
        Assert.That(bench.Log.Written, Is.EqualTo(kept));
        Assert.That(measured.Look("retrovue.spool.size"), Is.EqualTo(new double[] { 0 }));
        bench.Log.GoAway();
        await bench.AppendAsync(SpoolBench.Event(1000));
        await bench.DrainAsync();
        Assert.That(bench.Log.Written, Has.Length.EqualTo(kept.Count + 1));
    }

    [Test]
    public async Task Append_larger_than_the_spool_is_refused_and_smaller_ones_are_not()
    {
        await using var bench = new SpoolBench();
        bench.Options = bench.Options with { MaxSize = EventSpoolOptions.LeastMaxSize };
        bench.Log.GoAway();
        await Assert.ThatAsync(
            () => bench.AppendAsync(SpoolBench.Event(0, 70_000)), Throws.InstanceOf<EventException>().With.Message.Contains("is too small for these events"));
        EventEnvelope[] events = [SpoolBench.Event(1, 30_000), SpoolBench.Event(2, 10), SpoolBench.Event(3, 30_000)];
        await bench.AppendAsync(events);
        await bench.DrainAsync();
        Assert.That(bench.Log.Written, Is.EqualTo(events));
    }

    [Test]
    public async Task Disk_full_in_the_middle_of_a_record_refuses_it_and_keeps_all_others([Values] bool isReopened)
    {
        var disk = new FaultyDisk();
        await using var bench = new SpoolBench();
        using var measured = new Measurements(bench.Meters);
        bench.Options = bench.Options with { Disk = disk };
        EventEnvelope[] events = SpoolBench.Events(6, 200);
        bench.Log.GoAway();
        await bench.AppendAsync(events[..3]);
        disk.Room = 100;
        EventException refusal = (await Assert.CatchAsync<EventException>(() => bench.AppendAsync(events[3])))!;
        Assert.That(refusal.IsTransient, Is.True);
        Assert.That(refusal.Message, Does.Contain(bench.Folder).And.Contain("No space left"));
        await Assert.ThatAsync(() => bench.AppendAsync(events[3]), Throws.InstanceOf<EventException>());
        Assert.That(bench.Lines.Lines.Count(line => line.StartsWith("1244:", StringComparison.Ordinal)), Is.EqualTo(1), "told once");
        Assert.That(measured.Sum("retrovue.spool.refused", "reason=failed"), Is.EqualTo(2));
        if (isReopened)
        {
            await bench.CloseAsync();
        }

        disk.Room = long.MaxValue;
        await bench.AppendAsync(events[4..]);
        await bench.DrainAsync();
        Assert.That(bench.Log.Written, Is.EqualTo(events[..3].Concat(events[4..])));
        Assert.That(bench.Lines.Lines, Has.None.StartsWith("1245:").And.None.StartsWith("1246:"));
    }

    [Test]
    public async Task Disk_full_from_the_first_record_on_leaves_no_file()
    {
        var disk = new FaultyDisk { Room = 20 };
        await using var bench = new SpoolBench();
        bench.Options = bench.Options with { Disk = disk };
        bench.Log.GoAway();
        await Assert.ThatAsync(() => bench.AppendAsync(SpoolBench.Event(0)), Throws.InstanceOf<EventException>());
        Assert.That(bench.Files, Is.Empty);
        Assert.That(bench.Spooled.SpoolSize, Is.Zero);
        bench.Log.Work();
        await bench.AppendAsync(SpoolBench.Event(1));
        Assert.That(bench.Log.Written, Has.Length.EqualTo(1), "the empty spool does not stand in the way of the log");
    }

    [Test]
    public async Task Flush_failed_writes_the_records_to_another_file_and_never_uses_that_file_again([Values] bool cannotCut)
    {
        var disk = new FaultyDisk { CannotCut = cannotCut };
        await using var bench = new SpoolBench();
        bench.Options = bench.Options with { Disk = disk };
        EventEnvelope[] events = SpoolBench.Events(5);
        bench.Log.GoAway();
        await bench.AppendAsync(events[..2]);
        disk.FailingFlushes = 1;
        await bench.AppendAsync(events[2..]);
        Assert.That(bench.Files, Has.Length.EqualTo(2));
        Assert.That(disk.UsesOfBroken, Is.Zero);
        await bench.CloseAsync();
        disk.CannotCut = false;
        await bench.DrainAsync();
        Assert.That(bench.Log.Written, Is.EqualTo(events));
    }

    [Test]
    public async Task Flush_failed_twice_refuses_and_the_next_append_succeeds([Values] bool isOfFolder)
    {
        var disk = new FaultyDisk();
        await using var bench = new SpoolBench();
        bench.Options = bench.Options with { Disk = disk };
        EventEnvelope[] events = SpoolBench.Events(3);
        bench.Log.GoAway();
        _ = bench.Spooled;
        (disk.FailingFlushes, disk.FailingFolderFlushes) = isOfFolder ? (0, 2) : (2, 0);
        await Assert.ThatAsync(() => bench.AppendAsync(events[0]), Throws.InstanceOf<EventException>().With.Message.Contains("Input/output error"));
        await bench.AppendAsync(events[1..]);
        Assert.That(disk.UsesOfBroken, Is.Zero);
        await bench.CloseAsync();
        await bench.DrainAsync();
        Assert.That(bench.Log.Written, Is.EqualTo(events[1..]), "what was refused does not appear");
    }

    [Test]
    public async Task Disk_that_does_not_answer_is_named_and_does_not_hold_the_caller_or_the_end()
    {
        var disk = new FaultyDisk();
        await using var bench = new SpoolBench();
        bench.Options = bench.Options with { Disk = disk, DiskLimit = TimeSpan.FromMilliseconds(50) };
        bench.Log.GoAway();
        disk.Flushing.Reset();
        EventEnvelope[] events = SpoolBench.Events(2);
        await Assert.ThatAsync(
            () => bench.AppendAsync(events[0]), Throws.InstanceOf<EventException>().With.Message.Contains(bench.Folder).And.Message.Contains("has not answered within 0.05 s"));
        await Assert.ThatAsync(() => bench.AppendAsync(events[1]), Throws.InstanceOf<EventException>());
        // Five seconds are the limit for the end.
        await bench.CloseAsync();
        Assert.That(bench.Lines.Lines, Has.One.StartsWith("1250:"));
        disk.Flushing.Set();
        await Until.TrueAsync(() => disk.Flushes == 2);
    }

    [Test]
    public async Task Drain_reads_a_little_at_a_time()
    {
        await using var bench = new SpoolBench();
        bench.Log.GoAway();
        EventEnvelope[] events = [.. SpoolBench.Events(30, 200_000), .. SpoolBench.Events(300)];
        await bench.AppendAsync(events);
        Assert.That(bench.Files, Has.Length.GreaterThan(1));
        int before = bench.Log.Calls.Length;
        await bench.DrainAsync();
        Assert.That(bench.Log.Written, Is.EqualTo(events));
        Dictionary<Guid, int> sizes = events.ToDictionary(one => one.Id, one => one.ToJson().Length);
        Assert.That(bench.Log.Calls[before..].Max(call => call.Length), Is.LessThanOrEqualTo(100));
        Assert.That(bench.Log.Calls[before..].Max(call => call.Sum(id => sizes[id])), Is.LessThanOrEqualTo(1024 * 1024));
    }

    [Test]
    public async Task Drain_deletes_each_file_as_soon_as_its_events_are_in_the_log()
    {
        await using var bench = new SpoolBench();
        bench.Options = bench.Options with { MaxSize = EventSpoolOptions.LeastMaxSize };
        bench.Log.GoAway();
        EventEnvelope[] events = SpoolBench.Events(40, 1000);
        await bench.AppendAsync(events);
        int files = bench.Files.Length;
        Assert.That(files, Is.GreaterThan(5));
        bench.Log.Before = (batch, _) => batch.Any(one => one.Id == events[20].Id) ? throw new EventException("Away.", isTransient: true) : Task.CompletedTask;
        await Until.TrueAsync(() => bench.Spooled.SpooledEvents == 20);
        await Until.TrueAsync(() => bench.Files.Length < files - 2);
        await bench.DrainAsync();
        Assert.That(bench.Log.Written, Is.EqualTo(events));
    }
}
