using Microsoft.Data.Sqlite;
using RetroVue.Runtime.Events;

namespace RetroVue.Runtime.Storage.Tests.Sqlite;

/// <summary>Disks that are full or read-only: those that root can make are made, otherwise what comes nearest.</summary>
public sealed class SqliteDiskTests
{
    private TestFolder _folder = null!;
    private bool _isMounted;

    [SetUp]
    public void MakeFolder() => (_folder, _isMounted) = (new TestFolder(), false);

    [TearDown]
    public void RemoveFolder()
    {
        if (_isMounted)
        {
            Tool.OutputOf("umount", _folder.Path);
        }

        _folder.Dispose();
    }

    [Test]
    public async Task Full_disk_fails_what_is_new_loses_nothing_and_takes_more_when_there_is_room()
    {
        Mount("size=4m");
        await using StationDatabase database = await TestDatabase.OpenAsync(_folder.Database);
        string ballast = _folder.File("ballast");
        await File.WriteAllBytesAsync(ballast, new byte[1_500_000]);
        int written = 0;
        EventException? error = null;
        while (error is null && written < 100_000)
        {
            try
            {
                await database.Log.AppendAsync(TestEvents.Make(written));
                written++;
            }
            catch (EventException exception)
            {
                error = exception;
            }
        }

        Assert.That(error, Is.Not.Null, "the disk was never full");
        Assert.That(error!.IsTransient, Is.True);
        Assert.That(error.Message, Does.Contain("disk is full").And.Contain(_folder.Database).And.Contain("Make room"));
        Assert.That((await TestEvents.ReadAllAsync(database.Log)).Select(TestEvents.NumberOf), Is.EqualTo(Enumerable.Range(0, written)));
        Assert.That(() => database.BackUpAsync(_folder.File("copy.db")), Throws.InstanceOf<EventException>().With.Message.Contains("full"));
        Assert.That(Directory.GetFiles(_folder.Path, "copy*"), Is.Empty);

        File.Delete(ballast);
        await database.Log.AppendAsync(TestEvents.Make(written));
        Assert.That((await TestEvents.ReadAllAsync(database.Log)).Select(TestEvents.NumberOf), Is.EqualTo(Enumerable.Range(0, written + 1)));
        await TestContext.Out.WriteLineAsync($"full after {written} events");
    }

    /// <summary>The same without rights to mount: SQLite gives the same error for a size of its own.</summary>
    [Test]
    public async Task Full_database_fails_a_transaction_and_loses_nothing()
    {
        await using StationDatabase database = await TestDatabase.OpenAsync(_folder.Database);
        await database.Log.AppendAsync(TestEvents.Make(0));
        await using (EventTransaction transaction = await database.BeginAsync())
        {
            await using SqliteCommand limit = ((SqliteConnection)transaction.Transaction.Connection!).CreateCommand();
            limit.CommandText = "PRAGMA max_page_count = 1";
            await limit.ExecuteNonQueryAsync();
            EventException? error = await Assert.ThrowsAsync<EventException>(() => database.Log.AppendAsync(TestEvents.Make(Enumerable.Range(1, 1000)), transaction.Transaction));
            Assert.That(error!.IsTransient, Is.True);
            Assert.That(error.Message, Does.Contain("is full"));
            limit.CommandText = "PRAGMA max_page_count = 1000000000";
            await limit.ExecuteNonQueryAsync();
        }

        await database.Log.AppendAsync(TestEvents.Make(1));
        Assert.That((await TestEvents.ReadAllAsync(database.Log)).Select(logged => (logged.Offset, TestEvents.NumberOf(logged))), Is.EqualTo(new[] { (1L, 0), (2L, 1) }));
    }

    [Test]
    public async Task Read_only_disk_is_said_to_be_that()
    {
        Mount("size=4m");
        await using (StationDatabase database = await TestDatabase.OpenAsync(_folder.Database))
        {
            await database.Log.AppendAsync(TestEvents.Make());
        }

        Tool.OutputOf("mount", "-o", "remount,ro", _folder.Path);
        EventException? error = await Assert.ThrowsAsync<EventException>(async () => await TestDatabase.OpenAsync(_folder.Database));
        Assert.That(error!.Message, Does.Contain("read-only").Or.Contain("may not open it"));
        Assert.That(error.Message, Does.Contain(_folder.Database));
        error = await Assert.ThrowsAsync<EventException>(async () => await TestDatabase.OpenAsync(_folder.File("new.db")));
        Assert.That(error!.Message, Does.Contain("may not make files in its folder").Or.Contain("read-only"));
        Tool.OutputOf("mount", "-o", "remount,rw", _folder.Path);
        await using StationDatabase again = await TestDatabase.OpenAsync(_folder.Database);
        Assert.That(await again.Log.ReadFromAsync(-1), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task File_without_the_right_to_write_is_said_to_be_that()
    {
        await using (StationDatabase database = await TestDatabase.OpenAsync(_folder.Database))
        {
            await database.Log.AppendAsync(TestEvents.Make());
        }

        bool isRoot = Environment.IsPrivilegedProcess;
        if (isRoot && Tool.Run("chattr", "+i", _folder.Database).ExitCode != 0)
        {
            Assert.Ignore("root may write to every file, and this disk has no files that nobody may write to");
        }

        if (!isRoot)
        {
            Tool.OutputOf("chmod", "u-w", _folder.Database);
        }

        try
        {
            EventException? error = await Assert.ThrowsAsync<EventException>(async () => await TestDatabase.OpenAsync(_folder.Database));
            Assert.That(error!.Message, Does.Contain("cannot be written to").And.Contain(_folder.Database));
            Assert.That(error.IsTransient, Is.False);
        }
        finally
        {
            Tool.OutputOf(isRoot ? "chattr" : "chmod", isRoot ? "-i" : "u+w", _folder.Database);
        }
    }

    private void Mount(string options)
    {
        if (!Environment.IsPrivilegedProcess || Tool.Run("mount", "-t", "tmpfs", "-o", options, "tmpfs", _folder.Path) is not { ExitCode: 0 })
        {
            Assert.Ignore("a disk of its own can be mounted by root only");
        }

        _isMounted = true;
    }
}
