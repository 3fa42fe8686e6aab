using System.Data.Common;
using System.Globalization;
using NodaTime;
using RetroVue.Runtime.Events;

namespace RetroVue.Runtime.Storage.Tests;

/// <summary>A program for tests that need a process of their own: to kill it, or to have several at once.</summary>
internal static class Program
{
    /// <summary>The id of the consumers that are run.</summary>
    public const string Consumer = "killed";

    /// <summary>The most events between two offsets that a consumer keeps.</summary>
    public const int ConsumerBatch = 10;

    private static readonly EventConsumerOptions s_consuming = new() { Types = ["tests.Happened"], BatchSize = ConsumerBatch };

    public static async Task<int> Main(string[] arguments)
    {
        switch (arguments)
        {
            case ["append", string database, string first, string seed]:
                await AppendAsync(database, int.Parse(first, CultureInfo.InvariantCulture), new Random(int.Parse(seed, CultureInfo.InvariantCulture)));
                return 0;
            case ["append-each-line", string database]:
                await AppendEachLineAsync(database);
                return 0;
            case ["consume-together", string database]:
                await ConsumeAsync(database, store => new EventConsumer(store, Consumer, (logged, transaction, stop) => CopyAsync(store, logged, transaction, stop), SystemClock.Instance, s_consuming));
                return 0;
            case ["consume-each", string database]:
                await ConsumeAsync(database, store => new EventConsumer(store, Consumer, TellAsync, SystemClock.Instance, s_consuming));
                return 0;
            case ["migrate", string database]:
                Console.WriteLine("ready");
                Console.ReadLine();
                Console.WriteLine(await DatabaseMigrations.MigrateAsync(new StationDatabaseOptions { Connection = database }));
                return 0;
            default:
                return 2;
        }
    }

    /// <summary>
    /// Returns the event of a number: the same one in every process, so that a successor can repeat what was not acknowledged.
    /// </summary>
    public static EventEnvelope Numbered(int number) => TestEvents.Make(number) with { Id = new Guid(number, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10) };

    /// <summary>Appends until it is killed, in every way that there is, and writes the number of the last acknowledged event.</summary>
    private static async Task AppendAsync(string database, int number, Random random)
    {
        await using StationDatabase store = await OpenAsync(database);
        while (true)
        {
            EventEnvelope[] events = [.. Enumerable.Range(number, random.Next(1, 4)).Select(Numbered)];
            number += events.Length;
            switch (random.Next(3))
            {
                case 0:
                    await store.Log.AppendAsync(events);
                    break;
                case 1:
                    // Side by side, so that they share commits; the order among them is the order of the calls.
                    await Task.WhenAll(events.Select(@event => store.Log.AppendAsync(@event)));
                    break;
                default:
                    await using (EventTransaction transaction = await store.BeginAsync())
                    {
                        await store.Log.AppendAsync(events, transaction.Transaction);
                        await store.Offsets.SetAsync("writer", number - 1, transaction.Transaction);
                        await transaction.CommitAsync();
                    }

                    break;
            }

            Console.WriteLine(number - 1);
        }
    }

    /// <summary>Appends an event for each line that it reads.</summary>
    private static async Task AppendEachLineAsync(string database)
    {
        await using StationDatabase store = await OpenAsync(database);
        Console.WriteLine("ready");
        while (Console.ReadLine() is { } line)
        {
            await store.Log.AppendAsync(TestEvents.Make(int.Parse(line, CultureInfo.InvariantCulture)));
            Console.WriteLine(line);
        }
    }

    /// <summary>Runs a consumer until it is killed, or until its input ends.</summary>
    private static async Task ConsumeAsync(string database, Func<StationDatabase, EventConsumer> create)
    {
        await using StationDatabase store = await OpenAsync(database);
        await using EventConsumer consumer = create(store);
        consumer.Start();
        while (Console.ReadLine() is not null)
        {
        }
    }

    /// <summary>An effect in the store, in the transaction of the offset.</summary>
    private static async Task CopyAsync(StationDatabase store, LoggedEvent logged, DbTransaction transaction, CancellationToken stop)
    {
        await store.Log.AppendAsync(TestEvents.Make(TestEvents.NumberOf(logged), "tests.Copied"), transaction, stop);
        Console.WriteLine(TestEvents.NumberOf(logged));
    }

    /// <summary>An effect outside of the store.</summary>
    private static Task TellAsync(LoggedEvent logged, CancellationToken stop)
    {
        Console.WriteLine(TestEvents.NumberOf(logged));
        return Task.CompletedTask;
    }

    private static Task<StationDatabase> OpenAsync(string database) =>
        StationDatabase.OpenAsync(new StationDatabaseOptions { Connection = database }, SystemClock.Instance);
}
