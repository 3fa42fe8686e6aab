using RetroVue.Runtime.Events;

namespace RetroVue.Runtime.Storage.Tests;

/// <summary>`station database …`: what it does, what it says, and its exit codes.</summary>
public sealed class DatabaseCommandTests
{
    private TestFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TestFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public async Task Tables_are_shown_brought_up_and_down()
    {
        Assert.That(Run(0, "status"), Does.Match("1 +missing +The log of events").And.Contain("the next start of the station").IgnoreCase);
        Assert.That(Run(1, "purge"), Does.Contain("has tables of version 0, and this program needs 2"));
        Assert.That(Run(0, "migrate"), Does.Contain("2 versions were applied"));
        Assert.That(Run(0, "migrate"), Does.Contain("up to date"));
        await using (StationDatabase database = await TestDatabase.OpenAsync(_folder.Database))
        {
            await database.Log.AppendAsync(TestEvents.Make(Enumerable.Range(0, 3)));
            await database.Offsets.SetAsync("as-run", 2);
        }

        Assert.That(Run(0, "status"), Does.Contain("The latest event has offset 3").And.Contain("Consumer as-run has finished offset 2, and has 0 parked events"));
        Assert.That(Run(1, "rollback", "--to", "7"), Does.Contain("There is no version 7"));
        Assert.That(Run(0, "rollback"), Does.Contain("1 versions were removed; the tables have version 1"));
        Assert.That(Run(0, "rollback", "--to", "0"), Does.Contain("the tables have version 0"));
    }

    [Test]
    public async Task Data_is_copied_and_purged()
    {
        await using (StationDatabase database = await TestDatabase.OpenAsync(_folder.Database))
        {
            await database.Log.AppendAsync(TestEvents.Make(Enumerable.Range(0, 3)));
        }

        Assert.That(Run(0, "backup", _folder.File("copy.db")), Does.Contain("is a complete copy"));
        Assert.That(Run(1, "backup", _folder.File("none/copy.db")), Does.Contain("its folder does not exist"));
        Assert.That(Run(0, "purge", "--before", "2026-03-29"), Does.Contain("0 events were deleted"), "the events are of that day");
        Assert.That(Run(0, "purge", "--before", "2026-03-30"), Does.Contain("3 events were deleted"));
        await using StationDatabase copy = await TestDatabase.OpenAsync(_folder.File("copy.db"));
        Assert.That(await copy.Log.ReadFromAsync(-1), Has.Count.EqualTo(3));
    }

    [Test]
    public async Task Parked_events_are_listed_retried_and_dropped()
    {
        await using (StationDatabase database = await TestDatabase.OpenAsync(_folder.Database))
        {
            await database.Parked.ParkAsync(new ParkedEvent("as-run", 5, Guid.NewGuid(), "channel", "FormatException: \u001b[31mbad", TestEvents.Time, IsReleased: false));
        }

        Assert.That(Run(0, "parked", "list", "as-run"), Does.Contain("offset 5").And.Contain("FormatException:  [31mbad").And.Contain("1 parked events"));
        Assert.That(Run(0, "parked", "retry", "as-run", "5"), Does.Contain("tries the event again"));
        Assert.That(Run(0, "parked", "list", "as-run"), Does.Contain("is tried again"));
        Assert.That(Run(0, "parked", "drop", "as-run", "5"), Does.Contain("given up"));
        Assert.That(Run(1, "parked", "drop", "as-run", "5"), Does.Contain("has no parked event with offset 5"));
        Assert.That(Run(1, "parked", "retry", "as-run", "5"), Does.Contain("has no parked event with offset 5"));
    }

    [Test]
    public void Database_that_cannot_be_used_is_said_in_one_line()
    {
        (int code, _, string error) = Tool.Run("dotnet", Repository.Sample("Station"), "database", "status", "--database", _folder.Path);
        Assert.That(code, Is.EqualTo(1));
        Assert.That(error.TrimEnd().Split('\n'), Has.Length.EqualTo(1));
        Assert.That(error, Does.Contain("is a folder"));
    }

    private string Run(int expected, params string[] arguments)
    {
        (int code, string output, string error) = Tool.Run("dotnet", [Repository.Sample("Station"), "database", .. arguments, "--data", _folder.Path]);
        Assert.That(code, Is.EqualTo(expected), output + error);
        return output + error;
    }
}
