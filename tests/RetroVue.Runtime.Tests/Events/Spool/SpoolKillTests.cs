using System.Diagnostics;
using System.Globalization;
using RetroVue.Runtime.Events.Spool;

namespace RetroVue.Runtime.Tests.Events.Spool;

/// <summary>A process that writes to a spool is killed, again and again, and started anew with what it left.</summary>
public sealed class SpoolKillTests
{
    [TestCase(20)]
    [TestCase(200, Category = "Soak")]
    [CancelAfter(540_000)]
    public async Task Kill_at_random_points_loses_nothing_that_was_acknowledged_and_doubles_nothing(int kills)
    {
        string folder = Directory.CreateTempSubdirectory("rv-spool-").FullName;
        var lines = new RecordedLog();
        List<string> acknowledged = [];
        try
        {
            int leftSpools = 0;
            for (int run = 0; run < kills; run++)
            {
                acknowledged.AddRange(await RunAndKillAsync(folder, run));
                leftSpools += Directory.GetFiles(SpoolWriter.OptionsOf(folder).Folder, "*.spool").Length > 0 ? 1 : 0;
            }

            using var log = new FileLog(SpoolWriter.LogOf(folder));
            await using (var spooled = new SpooledEventLog(log, SpoolWriter.OptionsOf(folder) with { AnswerLimit = TimeSpan.FromSeconds(60) }, lines))
            {
                await Until.TrueAsync(() => spooled.SpooledEvents == 0 && spooled.SpoolSize == 0);
            }

            await TestContext.Out.WriteLineAsync($"{kills} kills, {acknowledged.Count} events acknowledged, {log.Lines.Count} in the log, {leftSpools} kills left a spool");
            string[] names = [.. log.Lines.Select(line => line.Split(' ')[1])];
            Assert.That(acknowledged, Has.Count.GreaterThan(kills * 2), "the writers did something");
            Assert.That(leftSpools, Is.GreaterThan(kills / 4), "the spool was in use");
            Assert.That(names, Is.Unique, "doubled");
            Assert.That(acknowledged.Except(names, StringComparer.Ordinal), Is.Empty, "lost");
            Assert.That(lines.Lines, Has.None.StartsWith("1246:"));
            HashSet<string> known = [.. acknowledged];
            foreach (IGrouping<string, string> caller in names.Where(known.Contains).GroupBy(name => name[..6], StringComparer.Ordinal))
            {
                Assert.That(caller, Is.Ordered.Using((IComparer<string>)StringComparer.Ordinal), $"run and caller {caller.Key}");
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Starts a writer, kills it, and returns what it had acknowledged.</summary>
    private static async Task<List<string>> RunAndKillAsync(string folder, int run)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(Program).Assembly.Location, SpoolWriter.Name, folder, run.ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        if (await process.StandardOutput.ReadLineAsync() != "ready")
        {
            Assert.Fail($"The writer did not start: {await error}");
        }

        // Not after a time: on a busy machine, the writer would be killed before it has begun.
        int events = Random.Shared.Next(100);
        List<string> lines = [];
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            lines.Add(line);
            if (lines.Count == events + 1)
            {
                await Task.Delay(Random.Shared.Next(10));
                process.Kill();
            }
        }

        await process.WaitForExitAsync();
        return lines;
    }
}
