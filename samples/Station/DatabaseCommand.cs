using System.CommandLine;
using System.Globalization;
using NodaTime;
using NodaTime.Text;
using RetroVue.Media;
using RetroVue.Runtime.Events;
using RetroVue.Runtime.Storage;
using RetroVue.Runtime.Time;

namespace RetroVue.Samples;

/// <summary>`station database …`: what an operator does with the station's database. Exit codes: 0 done, 1 not done and one line says why.</summary>
internal static class DatabaseCommand
{
    /// <summary>Makes the command.</summary>
    /// <param name="connection">Returns the database that the command line names.</param>
    /// <param name="stop">Ends what runs.</param>
    public static Command Create(Func<ParseResult, string> connection, CancellationToken stop)
    {
        var to = new Option<long?>("--to") { Description = "The version of the tables to keep; without it, one version less than now.", HelpName = "VERSION" };
        var copy = new Argument<FileInfo>("FILE") { Description = "The file for the copy; a file of that name is replaced." };
        var before = new Option<DateOnly?>("--before")
        {
            Description = "Delete the events before this day (UTC), as 2026-01-31. Without it, delete what is older than a station keeps.",
            HelpName = "DATE",
        };
        var consumer = new Argument<string>("CONSUMER") { Description = "The consumer's id, as 'status' lists it." };
        var offset = new Argument<long>("OFFSET") { Description = "The event's offset, as 'list' shows it." };
        return new Command("database", "Look after the station's database.")
        {
            Make("status", "Show the version of the tables, and how far each consumer of the events has come.", (options, _) => StatusAsync(options, stop)),
            Make("migrate", "Bring the tables up to this program's version. The station does so itself when it starts.", (options, _) => MigrateAsync(options, stop)),
            Make("rollback", "Bring the tables down to an older version; stop the station before.", (options, result) => RollbackAsync(options, result.GetValue(to), stop), to),
            Make("backup", "Copy a SQLite database into a file; the station may run meanwhile.", (options, result) => BackUpAsync(options, result.GetValue(copy)!.FullName, stop), copy),
            Make("purge", "Delete old events, sessions and schedules; the station may run meanwhile.", (options, result) => PurgeAsync(options, result.GetValue(before), stop), before),
            new Command("parked", "Events that a consumer could not handle.")
            {
                Make("list", "Show the parked events of a consumer.", (options, result) => ListAsync(options, result.GetValue(consumer)!, stop), consumer),
                Make("retry", "Let a consumer try a parked event again.", (options, result) => RetryAsync(options, result.GetValue(consumer)!, result.GetValue(offset), stop), consumer, offset),
                Make("drop", "Give a parked event up; those behind it follow.", (options, result) => DropAsync(options, result.GetValue(consumer)!, result.GetValue(offset), stop), consumer, offset),
            },
        };

        Command Make(string name, string description, Func<StationDatabaseOptions, ParseResult, Task<int>> run, params Symbol[] symbols)
        {
            var command = new Command(name, description);
            foreach (Symbol symbol in symbols)
            {
                if (symbol is Option option)
                {
                    command.Options.Add(option);
                }
                else
                {
                    command.Arguments.Add((Argument)symbol);
                }
            }

            command.SetAction((result, _) => TryAsync(() => run(new StationDatabaseOptions { Connection = connection(result) }, result), stop));
            return command;
        }
    }

    private static async Task<int> TryAsync(Func<Task<int>> run, CancellationToken stop)
    {
        try
        {
            return await run();
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return Fail("Stopped.");
        }
        catch (Exception exception) when (exception is MediaException or ArgumentException or NotSupportedException or IOException or UnauthorizedAccessException)
        {
            return Fail(exception.Message);
        }
    }

    private static async Task<int> StatusAsync(StationDatabaseOptions options, CancellationToken stop)
    {
        IReadOnlyList<MigrationStatus> versions = await DatabaseMigrations.GetStatusAsync(options, stop);
        Console.WriteLine("version  state    what it adds");
        foreach (MigrationStatus version in versions)
        {
            string state = !version.IsKnown ? "unknown" : version.IsApplied ? "applied" : "missing";
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{version.Version,7}  {state}  {version.Description}"));
        }

        if (versions.Any(version => !version.IsKnown))
        {
            return Fail("A newer program has used this database; start that program, or put back the back-up from before the update.");
        }

        if (!versions.All(version => version.IsApplied))
        {
            Console.WriteLine("The next start of the station, or 'station database migrate', adds what is missing.");
            return 0;
        }

        await using StationDatabase database = await OpenAsync(options, stop);
        long latest = await database.Log.GetLatestOffsetAsync(stop);
        Console.WriteLine(latest < 0 ? "No events yet." : string.Create(CultureInfo.InvariantCulture, $"The latest event has offset {latest}."));
        foreach ((string consumer, long offset) in (await database.Offsets.GetAllAsync(stop)).OrderBy(one => one.Key, StringComparer.Ordinal))
        {
            int parked = (await database.Parked.GetAsync(consumer, cancellationToken: stop)).Count;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Consumer {consumer} has finished offset {offset}, and has {parked} parked events."));
        }

        return 0;
    }

    private static async Task<int> MigrateAsync(StationDatabaseOptions options, CancellationToken stop)
    {
        int count = await DatabaseMigrations.MigrateAsync(options, cancellationToken: stop);
        return Done(count == 0 ? "The tables are up to date." : $"{count} versions were applied.");
    }

    private static async Task<int> RollbackAsync(StationDatabaseOptions options, long? to, CancellationToken stop)
    {
        IReadOnlyList<MigrationStatus> versions = await DatabaseMigrations.GetStatusAsync(options, stop);
        long target = to ?? Math.Max(0, versions.Where(version => version.IsApplied).Select(version => version.Version).DefaultIfEmpty().Max() - 1);
        if (target != 0 && !versions.Any(version => version.Version == target))
        {
            return Fail(string.Create(CultureInfo.InvariantCulture, $"There is no version {target}; 'station database status' lists the versions."));
        }

        int count = await DatabaseMigrations.RollbackAsync(options, target, cancellationToken: stop);
        return Done(string.Create(CultureInfo.InvariantCulture, $"{count} versions were removed; the tables have version {target}."));
    }

    private static async Task<int> BackUpAsync(StationDatabaseOptions options, string file, CancellationToken stop)
    {
        await using StationDatabase database = await OpenAsync(options, stop);
        await database.BackUpAsync(file, stop);
        return Done($"{file} is a complete copy of {database.Name}.");
    }

    private static async Task<int> PurgeAsync(StationDatabaseOptions options, DateOnly? before, CancellationToken stop)
    {
        await using StationDatabase database = await OpenAsync(options, stop);
        if (before is { } day)
        {
            long events = await database.PurgeAsync(LocalDate.FromDateOnly(day).AtStartOfDayInZone(DateTimeZone.Utc).ToInstant(), stop);
            return Done(string.Create(CultureInfo.InvariantCulture, $"{events} events were deleted. Those that a consumer has not finished stay."));
        }

        PurgeResult result = await database.PurgeAsync(new RetentionPeriods(), stop);
        return Done(string.Create(
            CultureInfo.InvariantCulture,
            $"{result.Events} events, {result.ViewerSessions} sessions, {result.ScheduleEntries} schedule entries and {result.Airings} airings were deleted."));
    }

    private static async Task<int> ListAsync(StationDatabaseOptions options, string consumer, CancellationToken stop)
    {
        await using StationDatabase database = await OpenAsync(options, stop);
        IReadOnlyList<ParkedEvent> all = await database.Parked.GetAsync(consumer, cancellationToken: stop);
        foreach (ParkedEvent parked in all)
        {
            string state = parked.IsReleased ? "is tried again" : parked.Error ?? "waits behind an earlier event of its key";
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"offset {parked.Offset}, event {parked.EventId}, key {Shown(parked.Key ?? "none")}, since {InstantPattern.General.Format(parked.ParkedAt)}: {Shown(state)}"));
        }

        return Done(all.Count == 0 ? $"Consumer {consumer} has no parked events." : $"{all.Count} parked events.");
    }

    private static async Task<int> RetryAsync(StationDatabaseOptions options, string consumer, long offset, CancellationToken stop)
    {
        await using StationDatabase database = await OpenAsync(options, stop);
        return await database.Parked.RetryAsync(consumer, offset, stop)
            ? Done("The consumer tries the event again as soon as it runs.")
            : Fail(NotParked(consumer, offset));
    }

    private static async Task<int> DropAsync(StationDatabaseOptions options, string consumer, long offset, CancellationToken stop)
    {
        await using StationDatabase database = await OpenAsync(options, stop);
        return await database.Parked.DropAsync(consumer, offset, stop) ? Done("The event was given up.") : Fail(NotParked(consumer, offset));
    }

    /// <summary>Opens the database as it is: only a start of the station and 'migrate' change its tables.</summary>
    private static Task<StationDatabase> OpenAsync(StationDatabaseOptions options, CancellationToken stop) =>
        StationDatabase.OpenAsync(options with { Migrate = false }, MasterClock.FromSystem(), cancellationToken: stop);

    private static string NotParked(string consumer, long offset) => string.Create(
        CultureInfo.InvariantCulture, $"Consumer {consumer} has no parked event with offset {offset}; 'station database parked list {consumer}' shows them.");

    /// <summary>Returns a text without the characters that move a terminal's cursor.</summary>
    private static string Shown(string text) => string.Concat(text.Select(one => char.IsControl(one) ? ' ' : one));

    private static int Done(string message)
    {
        Console.WriteLine(message);
        return 0;
    }

    private static int Fail(string message)
    {
        Console.Error.WriteLine(message);
        return 1;
    }
}
