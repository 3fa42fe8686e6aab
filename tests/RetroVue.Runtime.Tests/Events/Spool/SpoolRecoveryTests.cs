using RetroVue.Runtime.Events;
using RetroVue.Runtime.Events.Spool;

namespace RetroVue.Runtime.Tests.Events.Spool;

/// <summary>What the spool does with the files that it finds.</summary>
public sealed class SpoolRecoveryTests
{
    /// <summary>Appends while the log is away, and closes the spool.</summary>
    private static async Task<EventEnvelope[]> SpoolAsync(SpoolBench bench, int count, int size = 0)
    {
        EventEnvelope[] events = SpoolBench.Events(count, size);
        bench.Log.GoAway();
        await bench.AppendAsync(events);
        await bench.CloseAsync();
        return events;
    }

    [Test]
    public async Task Power_cut_at_every_byte_of_the_last_record_loses_that_record_only()
    {
        await using var bench = new SpoolBench();
        EventEnvelope[] events = await SpoolAsync(bench, 3, 100);
        string file = bench.Files.Single();
        byte[] whole = await File.ReadAllBytesAsync(file);
        int last = LastRecord(whole);
        Assert.That(whole.Length - last, Is.GreaterThan(200), "bytes to cut");
        for (int length = last; length <= whole.Length; length++)
        {
            await using var cut = new SpoolBench();
            Directory.CreateDirectory(cut.Folder);
            await File.WriteAllBytesAsync(Path.Combine(cut.Folder, Path.GetFileName(file)!), whole[..length]);
            EventEnvelope next = SpoolBench.Event(3);
            cut.Log.GoAway();
            await cut.AppendAsync(next);
            await cut.DrainAsync();
            Assert.That(cut.Log.Written, Is.EqualTo(events[..(length == whole.Length ? 3 : 2)].Append(next)), $"cut at {length} of {whole.Length}");
            Assert.That(cut.Lines.Lines.Count(line => line.StartsWith("1245:", StringComparison.Ordinal)), Is.EqualTo(length > last && length < whole.Length ? 1 : 0));
            Assert.That(cut.Lines.Lines, Has.None.StartsWith("1246:"));
            string kept = Path.Combine(cut.Folder, Path.ChangeExtension(Path.GetFileName(file), ".cut"));
            Assert.That(File.Exists(kept) ? await File.ReadAllBytesAsync(kept) : [], Is.EqualTo(length < whole.Length ? whole[last..length] : []));
        }
    }

    [Test]
    public async Task Power_cut_at_every_byte_of_the_only_file_delivers_what_is_whole()
    {
        await using var bench = new SpoolBench();
        EventEnvelope[] events = await SpoolAsync(bench, 1);
        string file = bench.Files.Single();
        byte[] whole = await File.ReadAllBytesAsync(file);
        foreach (bool hasZeros in new[] { false, true })
        {
            for (int length = 0; length < whole.Length; length++)
            {
                await using var cut = new SpoolBench();
                Directory.CreateDirectory(cut.Folder);
                byte[] left = whole[..length];
                // Some file systems keep the length, but not the bytes.
                await File.WriteAllBytesAsync(Path.Combine(cut.Folder, Path.GetFileName(file)!), hasZeros && length is 0 or > 16 ? [.. left, .. new byte[whole.Length - length]] : left);
                await cut.DrainAsync();
                Assert.That(cut.Log.Written, Is.Empty);
                Assert.That(cut.Files, Is.Empty);
                Assert.That(cut.Lines.Lines, Has.None.StartsWith("1246:"));
            }
        }

        await bench.DrainAsync();
        Assert.That(bench.Log.Written, Is.EqualTo(events));
    }

    [Test]
    public void Damage_anywhere_is_reported_and_costs_the_damaged_records_only() => RandomCases.Run(60, random => CheckDamageAsync(random).GetAwaiter().GetResult());

    private static async Task CheckDamageAsync(Random random)
    {
        await using var bench = new SpoolBench();
        bench.Options = bench.Options with { MaxSize = EventSpoolOptions.LeastMaxSize };
        EventEnvelope[] events = await SpoolAsync(bench, random.Next(2, 40), random.Next(800));
        string file = bench.Files[random.Next(bench.Files.Length)];
        byte[] bytes = await File.ReadAllBytesAsync(file);
        (int Start, int End)[] records = [.. Records(bytes)];
        int flips = random.Next(1, 4);
        HashSet<int> hit = [];
        for (int i = 0; i < flips; i++)
        {
            int at = random.Next(bytes.Length);
            bytes[at] ^= (byte)(1 << random.Next(8));
            hit.Add(at);
        }

        await File.WriteAllBytesAsync(file, bytes);
        // Two flips of the same bit leave it as it was.
        int first = bench.Files.TakeWhile(other => other != file).Sum(other => Records(File.ReadAllBytes(other)).Count());
        Guid[] damaged = [.. records.Select((record, i) => (record, i)).Where(pair => hit.Any(at => at >= pair.record.Start && at < pair.record.End)).Select(pair => events[first + pair.i].Id)];
        bench.Log.Work();
        if (SpoolFormat.Check(bytes.AsSpan(0, SpoolFormat.HeaderSize), out _) != SpoolHeader.Good && SpoolFormat.Find(bytes) < 0)
        {
            // Nothing in it is as it should be, so it may be anybody's file.
            Assert.That(() => bench.Spooled, Throws.InstanceOf<EventException>().With.Message.Contains(file));
            return;
        }

        await bench.EmptyAsync();
        Guid[] missing = [.. events.Select(one => one.Id).Except(bench.Log.Written.Select(one => one.Id))];
        Assert.That(missing, Is.SubsetOf(damaged));
        Assert.That(bench.Log.Written, Is.EqualTo(events.Where(one => !missing.Contains(one.Id))), "order and content");
        string[] reports = [.. bench.Lines.Lines.Where(line => line.StartsWith("1245:", StringComparison.Ordinal) || line.StartsWith("1246:", StringComparison.Ordinal))];
        Assert.That(reports, missing.Length > 0 ? Is.Not.Empty.And.All.Contains(file) : Is.All.Contains(file));
        if (missing.Length > 0)
        {
            string[] kept = [Path.ChangeExtension(file, ".damaged"), Path.ChangeExtension(file, ".cut")];
            Assert.That(kept.Count(File.Exists), Is.GreaterThanOrEqualTo(1), "the bytes are kept");
        }
    }

    [Test]
    public async Task Damage_while_the_spool_is_open_is_reported_and_skipped([Values(0, 1, 2)] int damaged)
    {
        await using var bench = new SpoolBench();
        EventEnvelope[] events = SpoolBench.Events(3);
        bench.Log.GoAway();
        await bench.AppendAsync(events);
        string file = bench.Files.Single();
        byte[] bytes = await File.ReadAllBytesAsync(file);
        (int start, int end) = Records(bytes).ElementAt(damaged);
        bytes[end - 1] ^= 1;
        await using (FileStream stream = new(file, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            await stream.WriteAsync(bytes);
        }

        await bench.DrainAsync();
        Assert.That(bench.Log.Written, Is.EqualTo(events.Where((_, i) => i != damaged)));
        string report = bench.Lines.Lines.Single(line => line.StartsWith("1246:", StringComparison.Ordinal));
        Assert.That(report, Does.Contain($" {end - start} bytes after offset {start} ").And.Contain(".damaged"));
        Assert.That(await File.ReadAllBytesAsync(Path.ChangeExtension(file, ".damaged")), Is.EqualTo(bytes));
        await bench.CloseAsync();
        bench.Log.GoAway();
        await bench.AppendAsync(SpoolBench.Event(3));
        Assert.That(Path.GetFileName(bench.Files.Single()), Is.EqualTo("00000002.spool"), "no number is given twice");
    }

    [Test]
    public async Task Files_times_and_the_clock_do_not_matter()
    {
        await using var bench = new SpoolBench();
        bench.Options = bench.Options with { MaxSize = EventSpoolOptions.LeastMaxSize };
        EventEnvelope[] events = await SpoolAsync(bench, 40, 1000);
        DateTime time = new(2031, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        foreach (string file in bench.Files)
        {
            time -= TimeSpan.FromDays(30);
            File.SetLastWriteTimeUtc(file, time);
        }

        await bench.DrainAsync();
        Assert.That(bench.Log.Written, Is.EqualTo(events));
    }

    [Test]
    public async Task Other_files_in_the_folder_are_left_alone()
    {
        await using var bench = new SpoolBench();
        EventEnvelope[] events = await SpoolAsync(bench, 2);
        string[] others = ["notes.txt", "notes.spool", "00000009.damaged", "0.spool"];
        foreach (string other in others)
        {
            await File.WriteAllTextAsync(Path.Combine(bench.Folder, other), "A note.");
        }

        bench.Log.Work();
        await Until.TrueAsync(() => bench.Spooled.SpooledEvents == 0);
        Assert.That(bench.Log.Written, Is.EqualTo(events));
        Assert.That(others, Is.All.Matches<string>(other => File.Exists(Path.Combine(bench.Folder, other!))));
    }

    [TestCase("A file of somebody else, with some text.")]
    [TestCase("short")]
    [TestCase("RVSPOOL\nbut then no more of it")]
    public async Task Wrong_file_is_named_with_the_remedy_and_nothing_is_changed(string text)
    {
        await using var bench = new SpoolBench();
        EventEnvelope[] events = await SpoolAsync(bench, 2);
        string wrong = Path.Combine(bench.Folder, "00000005.spool");
        await File.WriteAllTextAsync(wrong, text);
        EventException error = Assert.Catch<EventException>(() => _ = bench.Spooled)!;
        Assert.That(error.Message, Does.Contain($"'{wrong}' is not a file of a spool of events. Move it"));
        Assert.That(error.IsTransient, Is.False);
        Assert.That(await File.ReadAllTextAsync(wrong), Is.EqualTo(text));
        File.Delete(wrong);
        await bench.DrainAsync();
        Assert.That(bench.Log.Written, Is.EqualTo(events), "nothing is lost, and the lock was given back");
    }

    [Test]
    public async Task File_of_a_newer_version_is_named_with_the_remedy()
    {
        await using var bench = new SpoolBench();
        await SpoolAsync(bench, 1);
        string file = bench.Files.Single();
        byte[] bytes = await File.ReadAllBytesAsync(file);
        byte[] newer = [.. SpoolFormat.Header(SpoolFormat.Version + 1), .. bytes[SpoolFormat.HeaderSize..]];
        await File.WriteAllBytesAsync(file, newer);
        EventException error = Assert.Catch<EventException>(() => _ = bench.Spooled)!;
        Assert.That(error.Message, Does.Contain($"'{file}' has version 2").And.Contain("reads version 1").And.Contain("Run the program that wrote it"));
        Assert.That(await File.ReadAllBytesAsync(file), Is.EqualTo(newer));
    }

    [Test]
    public async Task Folder_in_use_is_named_with_the_remedy()
    {
        await using var bench = new SpoolBench();
        _ = bench.Spooled;
        EventException error = Assert.Catch<EventException>(() => new SpooledEventLog(bench.Log, bench.Options, bench.Lines))!;
        Assert.That(error.Message, Does.Contain($"'{bench.Folder}'").And.Contain("used by another process").And.Contain("own folder"));
        Assert.That(error.IsTransient, Is.True);
        await bench.CloseAsync();
        Assert.That(() => bench.Spooled, Throws.Nothing);
    }

    [Test]
    public async Task File_in_place_of_the_folder_is_named_with_the_remedy()
    {
        await using var bench = new SpoolBench();
        await File.WriteAllTextAsync(bench.Folder, "");
        EventException error = Assert.Catch<EventException>(() => _ = bench.Spooled)!;
        Assert.That(error.Message, Does.Contain($"'{bench.Folder}'").And.Contain("cannot be used").And.Contain("choose another folder"));
        Assert.That(error.IsTransient, Is.False);
    }

    private static IEnumerable<(int Start, int End)> Records(byte[] bytes)
    {
        for (int start = SpoolFormat.HeaderSize; start < bytes.Length;)
        {
            int end = start + (int)SpoolFormat.LengthOf(bytes.AsSpan(start));
            if (end == start)
            {
                yield break;
            }

            yield return (start, end);
            start = end;
        }
    }

    private static int LastRecord(byte[] bytes) => Records(bytes).Last().Start;
}
