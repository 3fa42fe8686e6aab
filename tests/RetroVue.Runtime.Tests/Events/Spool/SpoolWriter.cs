using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using NodaTime;
using RetroVue.Runtime.Events;
using RetroVue.Runtime.Events.Spool;

namespace RetroVue.Runtime.Tests.Events.Spool;

/// <summary>
/// A process that appends as fast as it can to a log that is away, slow, hung and well by turns, and writes the name of each event to its
/// output as soon as its append is acknowledged: until it is killed.
/// </summary>
internal static class SpoolWriter
{
    public const string Name = "spool-writer";
    public const int Callers = 3;

    /// <summary>The options of the writer, and of those who open its spool later.</summary>
    public static EventSpoolOptions OptionsOf(string folder) => SpoolBench.OptionsOf(Path.Combine(folder, "spool")) with
    {
        // Files of 4 KiB: many are begun and deleted.
        MaxSize = EventSpoolOptions.LeastMaxSize,
        AnswerLimit = TimeSpan.FromMilliseconds(10),
    };

    public static string LogOf(string folder) => Path.Combine(folder, "log");

    public static async Task RunAsync(string folder, int run)
    {
        using var log = new FileLog(LogOf(folder));
        await using var spooled = new SpooledEventLog(log, OptionsOf(folder), NullLoggerFactory.Instance);
        TextWriter output = TextWriter.Synchronized(new StreamWriter(Console.OpenStandardOutput()) { AutoFlush = true });
        Task disturbing = DisturbAsync(log);
        await output.WriteLineAsync("ready");
        await Task.WhenAll([disturbing, .. Enumerable.Range(0, Callers).Select(caller => Task.Run(() => AppendAsync(spooled, output, run, caller)))]);
    }

    private static async Task AppendAsync(SpooledEventLog spooled, TextWriter output, int run, int caller)
    {
        for (int number = 0; ; number++)
        {
            EventEnvelope[] events = [.. Enumerable.Range(0, 1 + (number % 3)).Select(part => new EventEnvelope
            {
                Id = Guid.NewGuid(),
                Type = "test.Happened",
                Producer = Name,
                Time = Instant.FromUtc(2026, 1, 31, 20, 0),
                RunId = string.Create(CultureInfo.InvariantCulture, $"{run:D4}.{caller}.{number:D6}.{part}"),
            })];
            try
            {
                await spooled.AppendAsync(events);
                await output.WriteLineAsync(string.Join('\n', events.Select(one => one.RunId)));
            }
            catch (EventException)
            {
                // The spool is full.
                await Task.Delay(1);
            }
        }
    }

    private static async Task DisturbAsync(FileLog log)
    {
        while (true)
        {
            (log.Before, log.After) = Random.Shared.Next(8) switch
            {
                <= 2 => (_ => throw new EventException("Away.", isTransient: true), static () => Task.CompletedTask),
                3 => (token => Task.Delay(Random.Shared.Next(30), token), static () => Task.CompletedTask),
                4 => (_ => Task.Delay(Random.Shared.Next(30), CancellationToken.None), static () => Task.CompletedTask),
                5 => (static _ => Task.CompletedTask, static () => throw new EventException("The connection broke.", isTransient: true)),
                _ => ((Func<CancellationToken, Task>)(static _ => Task.CompletedTask), (Func<Task>)(static () => Task.CompletedTask)),
            };
            await Task.Delay(Random.Shared.Next(1, 15));
        }
    }
}
