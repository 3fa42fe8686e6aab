using System.Collections.Concurrent;
using RetroVue.Runtime.Events;

namespace RetroVue.Runtime.Storage.Tests;

/// <summary>Copies of a database that is used meanwhile.</summary>
public sealed class BackUpTests
{
    private TestFolder _folder = null!;
    private StationDatabase _database = null!;

    [SetUp]
    public async Task OpenAsync()
    {
        _folder = new TestFolder();
        _database = await TestDatabase.OpenAsync(_folder.Database);
    }

    [TearDown]
    public async Task CloseAsync()
    {
        await _database.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task Copy_made_while_writers_write_is_whole_and_has_what_was_acknowledged_before()
    {
        ConcurrentBag<Guid> acknowledged = [];
        using var stop = new CancellationTokenSource();
        Task[] writers = [.. Enumerable.Range(0, 4).Select(writer => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                // Two events and an offset, in one transaction: a copy has all three or none.
                EventEnvelope[] events = TestEvents.Make([writer, writer]);
                await using EventTransaction transaction = await _database.BeginAsync();
                await _database.Log.AppendAsync(events, transaction.Transaction);
                long offset = await _database.Offsets.GetAsync("effect", transaction.Transaction);
                await _database.Offsets.SetAsync("effect", Math.Max(offset, 0) + 2, transaction.Transaction);
                await transaction.CommitAsync();
                Array.ForEach(events, @event => acknowledged.Add(@event.Id));
            }
        }))];
        await Until.TrueAsync(() => acknowledged.Count > 50);
        for (int i = 0; i < 5; i++)
        {
            Guid[] before = [.. acknowledged];
            string copy = _folder.File($"copy-{i}.db");
            await _database.BackUpAsync(copy);
            await using StationDatabase restored = await TestDatabase.OpenAsync(copy);
            List<LoggedEvent> events = await TestEvents.ReadAllAsync(restored.Log);
            Assert.That(before, Is.SubsetOf(events.Select(logged => logged.Event.Id)));
            Assert.That(events.Select(logged => logged.Offset), Is.EqualTo(Enumerable.Range(1, events.Count)));
            Assert.That(await restored.Offsets.GetAsync("effect"), Is.EqualTo(events.Count), "effect and offset belong together");
            await restored.Log.AppendAsync(TestEvents.Make());
            Assert.That(await restored.Log.GetLatestOffsetAsync(), Is.EqualTo(events.Count + 1));
        }

        await stop.CancelAsync();
        await Task.WhenAll(writers);
    }

    [Test]
    public async Task Copy_replaces_a_file_only_when_it_is_complete()
    {
        await _database.Log.AppendAsync(TestEvents.Make());
        string copy = _folder.File("copy.db");
        await File.WriteAllTextAsync(copy, "the copy of yesterday");
        Assert.That(() => _database.BackUpAsync(copy, new CancellationToken(true)), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(await File.ReadAllTextAsync(copy), Is.EqualTo("the copy of yesterday"));
        await _database.BackUpAsync(copy);
        await using (StationDatabase restored = await TestDatabase.OpenAsync(copy))
        {
            Assert.That(await restored.Log.ReadFromAsync(-1), Has.Count.EqualTo(1));
        }

        Assert.That(Directory.GetFiles(_folder.Path, "*.part"), Is.Empty);
    }

    [Test]
    public void Place_that_cannot_take_a_copy_is_refused()
    {
        Assert.That(() => _database.BackUpAsync(_folder.Database), Throws.ArgumentException.With.Message.Contains("is the database itself"));
        Assert.That(() => _database.BackUpAsync(_folder.File("none/copy.db")), Throws.InstanceOf<EventException>().With.Message.Contains("its folder does not exist"));
        Assert.That(() => _database.BackUpAsync(_folder.Path), Throws.InstanceOf<EventException>());
        Assert.That(() => _database.BackUpAsync(" "), Throws.ArgumentException);
        Assert.That(Directory.GetFiles(_folder.Path, "*.part"), Is.Empty);
    }
}
