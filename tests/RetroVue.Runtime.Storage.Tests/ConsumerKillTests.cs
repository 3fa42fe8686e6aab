using System.Globalization;
using RetroVue.Runtime.Events;

namespace RetroVue.Runtime.Storage.Tests;

/// <summary>Consumers whose process is killed again and again, while events are written.</summary>
[TestFixture("sqlite")]
[TestFixture("postgresql")]
public sealed class ConsumerKillTests(string kind)
{
    private string? _address;

    [TestCase(8)]
    [TestCase(100, Category = "Soak")]
    public async Task Effect_in_the_transaction_of_the_offset_happens_once(int kills)
    {
        using var folder = new TestFolder();
        await using StationDatabase database = await OpenAsync(folder);
        int count = await KillAsync("consume-together", folder, database, kills, _ => { });
        // The last copies have their positions a moment after the commit; the consumer that wrote them is killed by then.
        await Until.TrueAsync(() => CopiesAsync(database).Result.Count >= count);
        Assert.That(await CopiesAsync(database), Is.EqualTo(Enumerable.Range(0, count)));
    }

    [TestCase(8)]
    [TestCase(100, Category = "Soak")]
    public async Task Effect_outside_comes_twice_only_after_a_kill_and_at_most_for_a_batch(int kills)
    {
        using var folder = new TestFolder();
        await using StationDatabase database = await OpenAsync(folder);
        int next = 0;
        int doubled = 0;
        int count = await KillAsync("consume-each", folder, database, kills, lines =>
        {
            if (lines.Count == 0)
            {
                return;
            }

            int first = lines[0];
            Assert.That(first, Is.InRange(next - Program.ConsumerBatch, next), "nothing is left out, and at most a batch comes again");
            Assert.That(lines, Is.EqualTo(Enumerable.Range(first, lines.Count)), "within a process each event comes once, in order");
            doubled += next - first;
            next = first + lines.Count;
        });
        Assert.That(next, Is.EqualTo(count));
        await TestContext.Out.WriteLineAsync($"{count} events, {kills} kills, {doubled} events twice");
    }

    private static async Task<List<int>> CopiesAsync(StationDatabase database) =>
        [.. (await TestEvents.ReadAllAsync(database.Log)).Where(logged => logged.Event.Type == "tests.Copied").Select(TestEvents.NumberOf)];

    /// <summary>Runs consumers one after the other and kills them; the last one may finish. Returns the number of events.</summary>
    private async Task<int> KillAsync(string mode, TestFolder folder, StationDatabase database, int kills, Action<IReadOnlyList<int>> told)
    {
        int seed = TestContext.CurrentContext.Random.Next();
        await TestContext.Out.WriteLineAsync($"seed {seed}");
        var random = new Random(seed);
        using var end = new CancellationTokenSource();
        Task<int> writing = Task.Run(() => WriteAsync(database, end.Token));
        for (int i = 0; i < kills; i++)
        {
            await using ChildProcess consumer = ChildProcess.Start(mode, _address ?? folder.Database);
            string first = consumer.ReadLine();
            await Task.Delay(random.Next(200));
            told([.. (await consumer.KillAsync()).Prepend(first).Select(line => int.Parse(line, CultureInfo.InvariantCulture))]);
        }

        await end.CancelAsync();
        int count = await writing;
        await using ChildProcess last = ChildProcess.Start(mode, _address ?? folder.Database);
        await Until.TrueAsync(() => HasFinishedAsync(database).Result);
        told([.. (await last.KillAsync()).Select(line => int.Parse(line, CultureInfo.InvariantCulture))]);
        return count;
    }

    /// <summary>True if the consumer's offset is the last event of its type, or a later one.</summary>
    private static async Task<bool> HasFinishedAsync(StationDatabase database)
    {
        long offset = await database.Offsets.GetAsync(Program.Consumer);
        return (await database.Log.ReadFromAsync(offset, 100_000)).All(logged => logged.Event.Type != "tests.Happened");
    }

    private static async Task<int> WriteAsync(StationDatabase database, CancellationToken end)
    {
        int number = 0;
        while (!end.IsCancellationRequested)
        {
            await database.Log.AppendAsync(TestEvents.Make(number++), cancellationToken: CancellationToken.None);
            await Task.Delay(1, CancellationToken.None);
        }

        return number;
    }

    private async Task<StationDatabase> OpenAsync(TestFolder folder)
    {
        _address = kind == "sqlite" ? null : await SharedPostgres.Server.CreateDatabaseAsync();
        return await TestDatabase.OpenAsync(_address ?? folder.Database);
    }
}
