using Microsoft.Extensions.Logging.Abstractions;
using NodaTime;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Testing;
using RetroVue.Media.Time;
using RetroVue.Runtime.Catalogue;
using RetroVue.Runtime.Time;
using Duration = NodaTime.Duration;
using RetroVue.Tests.Catalogue;

namespace RetroVue.Runtime.Tests.Catalogue;

/// <summary>A watch tells of each file that changes, comes or goes, once it is quiet.</summary>
public sealed class FileWatchTests
{
    private string _folder = "";

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateDirectory(Path.Combine(MadeMedia.Folder, "watch-" + Guid.NewGuid().ToString("N"))).FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public async Task File_that_grows_is_told_of_only_when_it_has_been_quiet_for_five_seconds()
    {
        var watched = new Watched(mayWatch: false);
        string file = Path.Combine(_folder, "film.mp4");
        await watched.Watch.FollowAsync([file]);
        watched.Run(1);
        for (int second = 0; second < 60; second++)
        {
            await File.AppendAllTextAsync(file, "more");
            watched.Run(1);
            Assert.That(watched.Told, Is.Empty, $"after {second} seconds");
        }

        watched.Run(4);
        Assert.That(watched.Told, Is.Empty, "four seconds are not enough");
        watched.Run(4);
        Assert.That(watched.Told, Is.EqualTo(new[] { file }));
        watched.Run(100);
        Assert.That(watched.Told, Has.Count.EqualTo(1), "once");
        watched.End();
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task Random_changes_are_all_told_of_and_nothing_else_is(bool mayWatch)
    {
        var cases = new List<Random>();
        RandomCases.Run(4, cases.Add);
        foreach (Random random in cases)
        {
            using var watched = new Watched(mayWatch);
            string[] files = [.. Enumerable.Range(0, 8).Select(index => Path.Combine(_folder, $"{index}{RandomFacts.Path(random).Replace('/', '_')}"))];
            Array.ForEach(files, file => Set(file, random.Next(5)));
            bool isAll = random.Next(2) == 0;
            await (isAll ? watched.Watch.FollowFolderAsync(_folder) : watched.Watch.FollowAsync(files[..6]));
            watched.Run(2);
            for (int round = 0; round < 4; round++)
            {
                watched.Told.Clear();
                HashSet<string> changed = new(StringComparer.Ordinal);
                foreach (string file in files.Where(_ => random.Next(3) == 0))
                {
                    FileStamp? before = StampReader.Read(file);
                    Set(file, random.Next(5));
                    if (StampReader.Read(file) != before && (isAll || Array.IndexOf(files, file) < 6))
                    {
                        changed.Add(file);
                    }
                }

                // Events come in real time; scans come in station time.
                await Until.TrueAsync(
                    () =>
                    {
                        watched.Run(mayWatch ? 5 : 50);
                        return changed.IsSubsetOf(watched.Told);
                    },
                    $"Told of {string.Join(", ", watched.Told)}, not of all of {string.Join(", ", changed)}",
                    TimeSpan.FromSeconds(10));
                if (!mayWatch)
                {
                    Assert.That(watched.Told, Is.EquivalentTo(changed));
                }

                Assert.That(watched.Told, Is.SubsetOf(isAll ? [.. files, .. files.Select(file => file + ".part")] : files[..6]));
            }

            watched.End();
            Directory.Delete(_folder, recursive: true);
            Directory.CreateDirectory(_folder);
        }
    }

    [Test]
    public async Task Folder_that_comes_goes_and_comes_back_is_watched_each_time()
    {
        string late = Path.Combine(_folder, "late"), file = Path.Combine(late, "film.mp4");
        using var watched = new Watched(mayWatch: true);
        await watched.Watch.FollowAsync([file]);
        watched.Run(40);
        Assert.That(watched.Told, Is.Empty);
        for (int visit = 0; visit < 3; visit++)
        {
            Directory.CreateDirectory(late);
            await File.WriteAllTextAsync(file, new string('x', visit + 1));
            await ToldAsync("come");
            await File.AppendAllTextAsync(file, "more");
            await ToldAsync("changed");
            Directory.Delete(late, recursive: true);
            await ToldAsync("gone");
        }

        watched.End();

        async Task ToldAsync(string what)
        {
            await Until.TrueAsync(
                () =>
                {
                    watched.Run(10);
                    return watched.Told.Contains(file);
                },
                $"It is not told that the file has {what}.",
                TimeSpan.FromSeconds(10));
            watched.Run(70);
            watched.Told.Clear();
        }
    }

    private static void Set(string file, int what)
    {
        switch (what)
        {
            case 0:
                File.Delete(file);
                break;
            case 1 when File.Exists(file):
                File.AppendAllText(file, "more");
                break;
            case 2:
                string other = file + ".part";
                File.WriteAllText(other, "renamed");
                File.Move(other, file, overwrite: true);
                break;
            default:
                File.WriteAllText(file, new string('y', what));
                break;
        }
    }

    /// <summary>A watch in simulated time, and what it tells of.</summary>
    private sealed class Watched : IDisposable
    {
        private readonly SimulatedExecutor _executor = new(ClockTime.FromSeconds(1000));
        private readonly CancellationTokenSource _stop = new();
        private readonly Task _running;

        public Watched(bool mayWatch)
        {
            Watch = new FileWatch(new MasterClock(_executor.Clock, Instant.FromUtc(2026, 1, 1, 0, 0)), _executor, NullLoggerFactory.Instance, mayWatch);
            Task? running = null;
            _executor.RunUntilCompleted(
                () =>
                {
                    running = Watch.RunAsync(paths =>
                    {
                        Told.AddRange(paths);
                        return Task.CompletedTask;
                    }, _stop.Token);
                    return Task.CompletedTask;
                },
                _executor.Clock.Now);
            _running = running!;
        }

        public FileWatch Watch { get; }

        public List<string> Told { get; } = [];

        public void Run(int seconds) => _executor.RunFor(ClockTime.FromSeconds(seconds));

        public void End()
        {
            _executor.RunUntilCompleted(
                () =>
                {
                    Stop();
                    return _running;
                },
                _executor.Clock.Now + ClockTime.FromSeconds(2));
            Assert.That(_running.IsCompletedSuccessfully);
        }

        private void Stop() => _stop.Cancel();

        public void Dispose()
        {
            Watch.Dispose();
            _stop.Dispose();
        }
    }
}
