using Microsoft.Data.Sqlite;
using RetroVue.Runtime.Events;
using RetroVue.Runtime.Storage.Sqlite;

namespace RetroVue.Runtime.Storage.Tests.Sqlite;

/// <summary>What SQLite's codes mean, also of those that no test can cause. Source: sqlite.org/rescode.html.</summary>
public sealed class SqliteErrorsTests
{
    [TestCase(5, 5, true, "locked by another process")] // BUSY
    [TestCase(6, 262, true, "locked by another process")] // LOCKED_SHAREDCACHE
    [TestCase(13, 13, true, "disk is full")] // FULL
    [TestCase(10, 1034, true, "reports an error (disk I/O error, code 1034)")] // IOERR_FSYNC
    [TestCase(26, 26, false, "is no SQLite database")] // NOTADB
    [TestCase(11, 779, false, "is damaged")] // CORRUPT_INDEX
    [TestCase(8, 8, false, "is read-only")] // READONLY
    [TestCase(8, 1032, false, "was moved or deleted while it was open")] // READONLY_DBMOVED
    [TestCase(3, 3, false, "may not use it")] // PERM
    [TestCase(23, 23, false, "may not use it")] // AUTH
    [TestCase(14, 14, false, "may not open it")] // CANTOPEN
    [TestCase(1, 1, false, "SQL logic error, code 1")] // ERROR
    public void Code_is_explained(int code, int extended, bool isTransient, string part)
    {
        using var folder = new TestFolder();
        EventException error = SqliteErrors.Explain("Events were not written", folder.Database, new SqliteException("native", code, extended));
        Assert.That(error.IsTransient, Is.EqualTo(isTransient));
        Assert.That(error.Message, Does.StartWith("Events were not written. ").And.Contain($"'{folder.Database}'").And.Contain(part));
        Assert.That(error.InnerException, Is.InstanceOf<SqliteException>());
    }

    [Test]
    public void Error_of_something_else_keeps_its_text()
    {
        Assert.That(SqliteErrors.Explain("It failed", "/file", new IOException("no disk")).IsTransient, Is.True);
        Assert.That(SqliteErrors.Explain("It failed", "/file", new InvalidOperationException("odd")).Message, Is.EqualTo("It failed in '/file': odd"));
        Assert.That(SqliteErrors.Explain("It failed", "/file", new InvalidOperationException("odd")).IsTransient, Is.False);
    }
}
