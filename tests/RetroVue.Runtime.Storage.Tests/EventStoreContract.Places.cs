using RetroVue.Runtime.Events;

namespace RetroVue.Runtime.Storage.Tests;

/// <content>What is kept for consumers: offsets and parked events.</content>
public abstract partial class EventStoreContract
{
    [Test]
    public async Task Offsets_are_kept_for_each_consumer_and_never_move_backwards()
    {
        await Store.Offsets.SetAsync("one", 5);
        await Store.Offsets.SetAsync("two", 0);
        await Store.Offsets.SetAsync("one", 3);
        await Store.Offsets.SetAsync("o'ne; --", 7);
        Assert.That(await Store.Offsets.GetAsync("one"), Is.EqualTo(5));
        Assert.That(await Store.Offsets.GetAllAsync(), Is.EquivalentTo(new Dictionary<string, long>(StringComparer.Ordinal) { ["one"] = 5, ["two"] = 0, ["o'ne; --"] = 7 }));
        await using (EventTransaction transaction = await Store.BeginAsync())
        {
            await Store.Offsets.SetAsync("one", 9, transaction.Transaction);
            Assert.That(await Store.Offsets.GetAsync("one", transaction.Transaction), Is.EqualTo(9));
        }

        Assert.That(await Store.Offsets.GetAsync("one"), Is.EqualTo(5), "rolled back");
        foreach (string id in new[] { "", " ", new string('x', 101), "nul\0", "half \uD83D" })
        {
            Assert.That(() => Store.Offsets.GetAsync(id), Throws.InstanceOf<ArgumentException>());
            Assert.That(() => Store.Offsets.SetAsync(id, 1), Throws.InstanceOf<ArgumentException>());
        }
    }

    [Test]
    public async Task Offset_read_in_a_transaction_is_locked_until_its_end()
    {
        // Also for a consumer that has no offset yet.
        Task<long> second;
        await using (EventTransaction first = await Store.BeginAsync())
        {
            Assert.That(await Store.Offsets.GetAsync("consumer", first.Transaction), Is.EqualTo(-1));
            second = Task.Run(async () =>
            {
                await using EventTransaction transaction = await Store.BeginAsync();
                return await Store.Offsets.GetAsync("consumer", transaction.Transaction);
            });
            await Task.Delay(100);
            Assert.That(second.IsCompleted, Is.False);
            await Store.Offsets.SetAsync("consumer", 4, first.Transaction);
            await first.CommitAsync();
        }

        Assert.That(await second, Is.EqualTo(4));
    }

    [Test]
    public async Task Parked_events_are_kept_retried_dropped_and_forgotten()
    {
        ParkedEvent first = new("consumer", 3, Guid.NewGuid(), "key'", "failed: '\"", TestEvents.Time, IsReleased: false);
        ParkedEvent second = first with { Offset = 12, EventId = Guid.NewGuid(), Error = null };
        ParkedEvent alone = first with { Offset = 7, EventId = Guid.NewGuid(), Key = null };
        await Store.Parked.ParkAsync(second);
        await Store.Parked.ParkAsync(first);
        await using (EventTransaction transaction = await Store.BeginAsync())
        {
            await Store.Parked.ParkAsync(alone, transaction.Transaction);
            Assert.That(await Store.Parked.GetAsync("consumer", transaction.Transaction), Has.Count.EqualTo(3));
            await transaction.CommitAsync();
        }

        Assert.That(await Store.Parked.GetAsync("consumer"), Is.EqualTo(new[] { first, alone, second }).Using<ParkedEvent>(AreAlike));
        Assert.That(await Store.Parked.GetAsync("other"), Is.Empty);
        Assert.That(await Store.Parked.RetryAsync("consumer", 3), Is.True);
        Assert.That(await Store.Parked.RetryAsync("consumer", 4), Is.False);
        Assert.That((await Store.Parked.GetAsync("consumer"))[0].IsReleased, Is.True);
        await Store.Parked.ParkAsync(first with { Error = "failed again" });
        Assert.That((await Store.Parked.GetAsync("consumer"))[0], Is.EqualTo(first with { Error = "failed again" }).Using<ParkedEvent>(AreAlike));
        Assert.That(await Store.Parked.DropAsync("consumer", 3), Is.True);
        Assert.That(await Store.Parked.DropAsync("consumer", 3), Is.False);
        await Store.Parked.ForgetAsync("consumer", 7);
        Assert.That((await Store.Parked.GetAsync("consumer")).Select(parked => parked.Offset), Is.EqualTo(new[] { 12 }));
    }

    /// <summary>Stores may keep times of their own to the microsecond.</summary>
    private static bool AreAlike(ParkedEvent one, ParkedEvent other) => one with { ParkedAt = default } == other with { ParkedAt = default }
        && Math.Abs((one.ParkedAt - other.ParkedAt).TotalNanoseconds) < 1000;
}
