using System.Text.Json;
using RetroVue.Runtime.Events;

namespace RetroVue.Runtime.Tests.Events.Spool;

/// <summary>Events that the log refuses for good must not stop the others, and are not lost.</summary>
public sealed class SpoolRefusalTests
{
    [TestCase(new[] { 3 })]
    [TestCase(new[] { 0 })]
    [TestCase(new[] { 3, 4 })]
    [TestCase(new[] { 0, 1, 2, 6 })]
    [TestCase(new[] { 1, 3, 5 })]
    public async Task Events_refused_for_good_are_put_aside_with_the_error_and_the_others_are_written(int[] refused)
    {
        await using var bench = new SpoolBench();
        using var measured = new Measurements(bench.Meters);
        EventEnvelope[] events = SpoolBench.Events(10);
        bench.Log.GoAway();
        await bench.AppendAsync(events);
        HashSet<Guid> ids = [.. refused.Select(number => events[number].Id)];
        bench.Log.Refuse(one => ids.Contains(one.Id));
        await bench.EmptyAsync();
        Assert.That(bench.Log.Written, Is.EqualTo(events.Where(one => !ids.Contains(one.Id))));
        JsonElement[] lines =
        [
            .. (await RefusedAsync(bench)).Select(line => JsonElement.Parse(line)),
        ];
        Assert.That(
            lines.Select(line => EventEnvelope.FromJson(System.Text.Encoding.UTF8.GetBytes(line.GetProperty("event").GetRawText()))),
            Is.EqualTo(refused.Select(number => events[number])));
        Assert.That(lines.Select(line => line.GetProperty("error").GetString()), Is.All.Contains("too long"));
        string[] logged = [.. bench.Lines.Lines.Where(line => line.StartsWith("1247:", StringComparison.Ordinal))];
        Assert.That(logged, Has.Length.EqualTo(refused.Length).And.All.Contains(SpoolBench.Type));
        Assert.That(ids, Is.All.Matches<Guid>(id => logged.Any(line => line.Contains($"{id}", StringComparison.Ordinal))));
        Assert.That(measured.Sum("retrovue.spool.refused", "reason=log"), Is.EqualTo(refused.Length));
    }

    [Test]
    public async Task Event_refused_for_good_by_a_well_log_goes_to_the_spool_and_waits_for_another_one_to_prove_it()
    {
        await using var bench = new SpoolBench();
        EventEnvelope bad = SpoolBench.Event(0);
        bench.Log.Refuse(one => one.Id == bad.Id);
        await bench.AppendAsync(bad);
        await Until.TrueAsync(() => bench.Log.Calls.Length > 20);
        Assert.That(bench.Spooled.SpooledEvents, Is.EqualTo(1), "nothing says that the log is well");
        EventEnvelope good = SpoolBench.Event(1);
        await bench.AppendAsync(good);
        await bench.EmptyAsync();
        Assert.That(bench.Log.Written, Is.EqualTo(new[] { good }));
        Assert.That(bench.Lines.Lines.Count(line => line.StartsWith("1247:", StringComparison.Ordinal)), Is.EqualTo(1));
    }

    [Test]
    public async Task Refused_append_of_several_is_put_aside_as_a_whole()
    {
        await using var bench = new SpoolBench();
        EventEnvelope[] events = SpoolBench.Events(5);
        bench.Log.GoAway();
        await bench.AppendAsync(events[0]);
        await bench.Spooled.AppendAsync(events[1..4]);
        await bench.AppendAsync(events[4]);
        bench.Log.Refuse(one => one.Id == events[2].Id);
        await bench.EmptyAsync();
        Assert.That(bench.Log.Written, Is.EqualTo(new[] { events[0], events[4] }));
        Assert.That(await RefusedAsync(bench), Has.Length.EqualTo(3));
    }

    [Test]
    public async Task Database_full_for_large_events_only_for_a_while_puts_aside_nothing_that_it_takes_in_the_last_attempt()
    {
        await using var bench = new SpoolBench();
        EventEnvelope[] events = SpoolBench.Events(6);
        bench.Log.GoAway();
        await bench.AppendAsync(events);
        bool isWell = false;
        bench.Log.Before = (batch, _) =>
        {
            // It gets well at the moment when a later event is tried.
            isWell |= batch.All(one => one.Id == events[1].Id);
            return isWell ? Task.CompletedTask : throw new EventException("The database is full.", isTransient: false);
        };
        await bench.EmptyAsync();
        Assert.That(bench.Log.Written, Is.EquivalentTo(events));
        Assert.That(bench.Log.Written.Skip(2), Is.EqualTo(events[2..]), "only the one event that was tried came before the doubted one");
        Assert.That(File.Exists(Path.Combine(bench.Folder, "refused.jsonl")), Is.False);
    }

    [Test]
    public async Task Event_that_the_log_has_already_taken_proves_nothing_a_second_time()
    {
        await using var bench = new SpoolBench();
        EventEnvelope[] events = SpoolBench.Events(3);
        bench.Log.GoAway();
        await bench.AppendAsync(events);
        bool isFull = false;
        int doubts = 0;
        bench.Log.Before = (batch, _) =>
        {
            if (batch.All(one => one.Id == events[1].Id))
            {
                // It is taken as long as there is room; later, it is in the log already, which needs none.
                isFull = true;
                return Task.CompletedTask;
            }

            bool isLastChance = isFull && doubts++ == 0;
            throw new EventException(isLastChance ? "The database is away." : "The database is full.", isTransient: isLastChance);
        };
        await Until.TrueAsync(() => Volatile.Read(ref doubts) > 30);
        Assert.That(bench.Spooled.SpooledEvents, Is.EqualTo(3), "nothing shows that the log refuses one of them alone");
        Assert.That(File.Exists(Path.Combine(bench.Folder, "refused.jsonl")), Is.False);
        bench.Log.Work();
        await bench.EmptyAsync();
        Assert.That(bench.Log.Written, Is.EquivalentTo(events));
    }

    [Test]
    public async Task Time_out_of_a_later_event_does_not_prove_that_the_log_refuses_an_earlier_one()
    {
        await using var bench = new SpoolBench();
        EventEnvelope[] events = SpoolBench.Events(3);
        bench.Log.GoAway();
        await bench.AppendAsync(events);
        int later = 0;
        bench.Log.Before = (batch, _) =>
        {
            if (batch.Any(one => one.Id == events[0].Id))
            {
                throw new EventException("The value is too long for its column.", isTransient: false);
            }

            later++;
            throw new EventException("The database is away.", isTransient: true);
        };
        await Until.TrueAsync(() => Volatile.Read(ref later) > 5);
        Assert.That(bench.Spooled.SpooledEvents, Is.EqualTo(3));
        Assert.That(File.Exists(Path.Combine(bench.Folder, "refused.jsonl")), Is.False);
        bench.Log.Work();
        await bench.EmptyAsync();
        Assert.That(bench.Log.Written, Is.EqualTo(events));
    }

    [Test]
    public async Task Refused_event_that_cannot_be_put_aside_is_kept_in_the_spool()
    {
        var disk = new FaultyDisk();
        await using var bench = new SpoolBench();
        bench.Options = bench.Options with { Disk = disk };
        EventEnvelope[] events = SpoolBench.Events(4);
        bench.Log.GoAway();
        await bench.AppendAsync(events);
        disk.Room = 0;
        bench.Log.Refuse(one => one.Id == events[1].Id);
        await Until.TrueAsync(() => bench.Lines.Lines.Any(line => line.StartsWith("1249:", StringComparison.Ordinal)));
        Assert.That(bench.Spooled.SpooledEvents, Is.EqualTo(3));
        disk.Room = long.MaxValue;
        await bench.EmptyAsync();
        Assert.That(bench.Log.Written, Is.EqualTo(new[] { events[0], events[2], events[3] }));
        Assert.That((await RefusedAsync(bench))[^1], Does.Contain($"{events[1].Id}"));
    }

    private static async Task<string[]> RefusedAsync(SpoolBench bench) =>
        [.. (await File.ReadAllLinesAsync(Path.Combine(bench.Folder, "refused.jsonl"))).Where(line => line.Length > 0)];
}
