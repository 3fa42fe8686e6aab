using Microsoft.Extensions.Logging.Abstractions;
using NodaTime;
using RetroVue.Media.Clocks;
using RetroVue.Media.FFmpeg.Containers;
using RetroVue.Media.FFmpeg.Native;
using RetroVue.Media.Time;
using RetroVue.Runtime.Catalogue;
using RetroVue.Runtime.Channels;
using RetroVue.Runtime.Time;
using RetroVue.Tests.Catalogue;
using SystemClock = RetroVue.Media.Clocks.SystemClock;

namespace RetroVue.Runtime.Tests.Catalogue;

/// <summary>A library knows files as they are now, opens only those that are not known, and survives any catalogue.</summary>
public sealed class MediaLibraryTests
{
    private static readonly Rational s_rate = new(25, 1);

    private string _folder = "";

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateDirectory(Path.Combine(MadeMedia.Folder, "library-" + Guid.NewGuid().ToString("N"))).FullName;

    [TearDown]
    public async Task NothingIsLeftAsync()
    {
        Directory.Delete(_folder, recursive: true);
        await Until.TrueAsync(() => FFmpegHandles.Live == 0, "Objects of FFmpeg are left open.");
    }

    [Test]
    public async Task File_with_the_stamp_of_the_catalogue_is_not_opened_and_one_with_another_is()
    {
        string file = await CopyAsync("film.mp4", frames: 50);
        var catalogue = new InMemoryMediaCatalogue();
        MediaFile first = (await LookAsync(catalogue, Key(file)))[0];
        Assert.That((first.Problem, first.Duration), Is.EqualTo(((string?)null, ClockTime.FromSeconds(2))));

        // The content is rubbish, but size and time are the same: only an opening would notice it.
        DateTime changed = File.GetLastWriteTimeUtc(file);
        await File.WriteAllBytesAsync(file, new byte[new FileInfo(file).Length]);
        File.SetLastWriteTimeUtc(file, changed);
        Assert.That(await LookAsync(catalogue, Key(file)), Is.EqualTo(new[] { first }));

        File.SetLastWriteTimeUtc(file, changed.AddTicks(1));
        MediaFile broken = (await LookAsync(catalogue, Key(file)))[0];
        Assert.That(broken.Problem, Does.Contain(file));
        Assert.That(broken.Facts, Is.EqualTo(first.Facts), "The last known duration keeps the item's place.");
    }

    [Test]
    public async Task Files_that_change_in_any_way_are_known_as_a_fresh_probe_finds_them_and_keep_their_last_facts_when_it_cannot()
    {
        string[] sources = [await TestFiles.MakeAsync(s_rate, 50), await TestFiles.MakeAsync(s_rate, 25), await TestFiles.MakeAsync(s_rate, 20 * 25)];
        var cases = new List<Random>();
        RandomCases.Run(3, cases.Add);
        foreach (Random random in cases)
        {
            var catalogue = new InMemoryMediaCatalogue();
            string[] names = [.. Enumerable.Range(0, 6).Select(index => $"{index}{RandomFacts.Path(random).Replace('/', '_')}.mp4")];
            MediaFileKey[] keys =
            [
                .. names.SelectMany(name => new[] { Key(Path.Combine(_folder, name)), new MediaFileKey(Path.Combine(_folder, name), new StreamChoice { Audio = "1" }) }),
            ];
            Dictionary<MediaFileKey, MediaFacts?> last = [];
            for (int round = 0; round < 8; round++)
            {
                foreach (MediaFileKey key in keys.Where((_, index) => index % 2 == 0 && random.Next(2) == 0))
                {
                    Change(key.Path, sources[random.Next(sources.Length)], random);
                }

                IReadOnlyList<MediaFile> known = await LookAsync(catalogue, keys);
                IReadOnlyList<MediaFile> fresh = await LookAsync(new InMemoryMediaCatalogue(), keys);
                foreach ((MediaFile file, MediaFile truth) in known.Zip(fresh))
                {
                    Assert.That(file.Problem, Is.EqualTo(truth.Problem), file.Key.Path);
                    last[file.Key] = truth.Facts ?? last.GetValueOrDefault(file.Key);
                    Assert.That(file.Facts, Is.EqualTo(last[file.Key]), file.Key.Path);
                }
            }

            CleanUp();
        }

        void CleanUp()
        {
            Directory.Delete(_folder, recursive: true);
            Directory.CreateDirectory(_folder);
        }
    }

    [TestCase(Fault.Throws)]
    [TestCase(Fault.ThrowsLater)]
    [TestCase(Fault.Null)]
    [TestCase(Fault.Rubbish)]
    [TestCase(Fault.Silent, Category = "Slow")]
    [TestCase(Fault.Blocks, Category = "Slow")]
    public async Task Catalogue_that_fails_costs_a_log_line_and_probes_but_no_file(Fault fault)
    {
        string good = await CopyAsync("good.mp4", frames: 50);
        string missing = Path.Combine(_folder, "missing.mp4");
        using var log = new RecordedLog();
        using var catalogue = new FaultyCatalogue(fault);
        var library = new MediaLibrary(catalogue, MasterClock.FromSystem(), log);
        ClockTime began = SystemClock.Instance.Now;
        for (int round = 0; round < 3; round++)
        {
            IReadOnlyList<MediaFile> files = await library.LookAsync([Key(good), Key(missing)]);
            Assert.That(files.Select(file => file.Key.Path), Is.EqualTo(new[] { good, missing }));
            Assert.That(files[0].Problem, Is.Null);
            Assert.That(files[0].Duration, Is.EqualTo(ClockTime.FromSeconds(2)));
            Assert.That(files[1].Problem, Does.Contain(missing));
        }

        // A catalogue that does not answer is waited for five seconds, once.
        Assert.That(SystemClock.Instance.Now - began, Is.LessThan(ClockTime.FromSeconds(15)));
        Assert.That(log.Lines.Where(line => line.StartsWith("1210", StringComparison.Ordinal)), Has.Exactly(fault is Fault.Null or Fault.Rubbish ? 0 : 1).Items);
    }

    [Test]
    public async Task What_could_not_be_saved_is_known_from_memory_while_the_catalogue_rests()
    {
        string file = await CopyAsync("film.mp4", frames: 50);
        using var log = new RecordedLog();
        using var catalogue = new FaultyCatalogue(Fault.ThrowsAtSave);
        var library = new MediaLibrary(catalogue, MasterClock.FromSystem(), log);
        MediaFile known = (await library.LookAsync([Key(file)]))[0];
        await library.FlushAsync();
        Assert.That(log.Lines, Has.Exactly(1).StartsWith("1211"));
        await File.WriteAllTextAsync(file + ".other", "no film");
        catalogue.Fault = Fault.None;
        Assert.That(await library.LookAsync([Key(file), Key(file + ".other")]), Has.Exactly(1).EqualTo(known));
        await library.FlushAsync();
        Assert.That(await catalogue.Inner.FindAsync([file, file + ".other"]), Is.Empty, "The catalogue rests after a failure.");
    }

    [Test]
    public async Task What_could_not_be_saved_is_saved_later_with_what_came_since()
    {
        using var log = new RecordedLog();
        using var catalogue = new FaultyCatalogue(Fault.ThrowsAtSave);
        var access = new CatalogueAccess(catalogue, log, rest: ClockTime.Zero);
        CataloguedFile[] files =
        [
            .. Enumerable.Range(0, 1200).Select(index => new CataloguedFile(new MediaFileKey($"/films/{index}", StreamChoice.Best), new FileStamp(index, 1), default) { Problem = "none" }),
        ];
        Array.ForEach(files[..700], access.Save);
        await access.FlushAsync();
        Assert.That(await catalogue.Inner.FindAsync([.. files.Select(file => file.Key.Path)]), Is.Empty);
        catalogue.Fault = Fault.None;
        Array.ForEach(files[700..], access.Save);
        access.SaveUnsaved();
        await access.FlushAsync();
        Assert.That(await catalogue.Inner.FindAsync([.. files.Select(file => file.Key.Path)]), Is.EquivalentTo(files));
        Assert.That(log.Lines.Where(line => line.StartsWith("1211", StringComparison.Ordinal)), Has.Exactly(1).Items, "once until it works again");
    }

    [Test]
    public async Task Start_that_is_killed_half_way_has_not_lost_what_it_probed()
    {
        string[] files = [.. await Task.WhenAll(Enumerable.Range(0, 40).Select(index => CopyAsync($"{index}.mp4", frames: 50)))];
        var catalogue = new InMemoryMediaCatalogue();
        var library = new MediaLibrary(catalogue, MasterClock.FromSystem(), NullLoggerFactory.Instance);
        using var stop = new CancellationTokenSource();
        Task looking = library.LookAsync([.. files.Select(Key)], new Stopper(stop, after: 15), stop.Token);
        Assert.That(async () => await looking, Throws.InstanceOf<OperationCanceledException>());
        await library.FlushAsync();
        Assert.That(await catalogue.FindAsync(files), Has.Count.InRange(15, 39));
    }

    [Test]
    public async Task Disk_that_hangs_leaves_the_last_known_facts_and_other_files_answer()
    {
        string hanging = await CopyAsync("hanging.mp4", frames: 50), good = await CopyAsync("good.mp4", frames: 50);
        var catalogue = new InMemoryMediaCatalogue();
        MediaFile known = (await LookAsync(catalogue, Key(hanging)))[0];
        File.SetLastWriteTimeUtc(hanging, File.GetLastWriteTimeUtc(hanging).AddSeconds(1));
        using var disk = new HungFile(hanging);
        disk.Hang();
        IReadOnlyList<MediaFile> files = await LookAsync(catalogue, Key(hanging), Key(good));
        Assert.That(files[0].Problem, Does.Contain("has not answered"));
        Assert.That((files[0].Facts, files[0].MayReturn), Is.EqualTo((known.Facts, true)));
        Assert.That(files[1].Problem, Is.Null);
        disk.GoOn();
        await Until.TrueAsync(() => FFmpegHandles.Live == 0);
        Assert.That((await LookAsync(catalogue, Key(hanging)))[0].Problem, Is.Null);
    }

    private static MediaFileKey Key(string file) => new(file, StreamChoice.Best);

    private static Task<IReadOnlyList<MediaFile>> LookAsync(IMediaCatalogue catalogue, params MediaFileKey[] files) =>
        LookAndFlushAsync(new MediaLibrary(catalogue, MasterClock.FromSystem(), NullLoggerFactory.Instance), files);

    private static async Task<IReadOnlyList<MediaFile>> LookAndFlushAsync(MediaLibrary library, MediaFileKey[] files)
    {
        IReadOnlyList<MediaFile> found = await library.LookAsync(files);
        await library.FlushAsync();
        return found;
    }

    private static void Change(string path, string source, Random random)
    {
        if (Directory.Exists(path))
        {
            Directory.Delete(path);
        }

        // What a link leads to is another case's.
        bool isOwn = File.Exists(path) && new FileInfo(path).LinkTarget is null;
        switch (random.Next(8))
        {
            case 0:
                File.Delete(path);
                break;
            case 1:
                File.Delete(path);
                Directory.CreateDirectory(path);
                break;
            case 2 when isOwn:
                using (FileStream file = File.OpenWrite(path))
                {
                    file.SetLength(random.NextInt64(file.Length + 1));
                }

                break;
            case 3 when isOwn:
                File.AppendAllText(path, "something after the end");
                break;
            case 4:
                File.Delete(path);
                File.CreateSymbolicLink(path, source);
                break;
            case 5:
                File.Delete(path);
                File.CreateSymbolicLink(path, path);
                break;
            case 6:
                // Twice within a second, with another size and with the same.
                Copy(source, path);
                Copy(source, path);
                break;
            default:
                Copy(source, path);
                break;
        }
    }

    private static void Copy(string source, string path)
    {
        File.Delete(path);
        File.Copy(source, path);
    }

    private async Task<string> CopyAsync(string name, int frames)
    {
        string path = Path.Combine(_folder, name);
        File.Copy(await TestFiles.MakeAsync(s_rate, frames), path);
        return path;
    }

    /// <summary>Cancels after a number of files.</summary>
    private sealed class Stopper(CancellationTokenSource stop, int after) : IProgress<LoadProgress>
    {
        public void Report(LoadProgress value)
        {
            if (value.Done == after)
            {
                stop.Cancel();
            }
        }
    }
}
