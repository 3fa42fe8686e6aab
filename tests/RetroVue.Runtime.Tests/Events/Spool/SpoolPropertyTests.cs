using RetroVue.Runtime.Events;
using RetroVue.Runtime.Events.Spool;

namespace RetroVue.Runtime.Tests.Events.Spool;

/// <summary>
/// Callers append, the log comes and goes, and processes and machines stop: each acknowledged event gets into the log once, in the order of each
/// caller; what was refused does not.
/// </summary>
public sealed class SpoolPropertyTests
{
    private const int Callers = 3;

    /// <summary>What ends a life of the spool.</summary>
    public enum Ending
    {
        /// <summary>It is disposed of.</summary>
        Closed,

        /// <summary>Its process is killed: what it wrote is there, what it was about to do is not.</summary>
        Killed,

        /// <summary>The power fails: only what it flushed is there for certain.</summary>
        PowerCut,
    }

    [Test]
    public void Events_acknowledged_in_any_life_are_in_the_log_once_and_in_order() =>
        RandomCases.Run(40, random =>
        {
            using var station = new Station(random);
            station.RunAsync().GetAwaiter().GetResult();
        });

    /// <summary>One random case: a log, and a spool that lives several times.</summary>
    private sealed class Station(Random random) : IDisposable
    {
        private readonly Lock _lock = new();
        private readonly ScriptedLog _log = new();
        private readonly RecordedLog _lines = new();
        private readonly Dictionary<Guid, (int Caller, int Number)> _acknowledged = [];
        private readonly List<Guid> _refused = [];
        private int _number;
        private int _life;
        private int _seed;

        public async Task RunAsync()
        {
            string root = Directory.CreateTempSubdirectory("rv-spool-").FullName;
            try
            {
                int lives = random.Next(2, 6);
                string folder = Path.Combine(root, "0");
                for (int i = 0; i < lives; i++)
                {
                    folder = await LiveAsync(folder, Path.Combine(root, $"{i + 1}"));
                }

                _log.Work();
                await using var last = new SpooledEventLog(_log, SpoolBench.OptionsOf(folder), _lines);
                await Until.TrueAsync(() => last.SpooledEvents == 0 && last.SpoolSize == 0);
                Check();
            }
            finally
            {
                // A log that wakes up late changes nothing any more.
                Directory.Delete(root, recursive: true);
            }
        }

        /// <summary>One life of the spool; returns the folder of the next one.</summary>
        private async Task<string> LiveAsync(string folder, string next)
        {
            var disk = new PowerCutDisk(folder);
            var options = SpoolBench.OptionsOf(folder) with
            {
                Disk = disk,
                MaxSize = random.Next(2) == 0 ? EventSpoolOptions.LeastMaxSize : 1024 * 1024,
                AnswerLimit = TimeSpan.FromMilliseconds(random.Next(1, 20)),
            };
            var ending = (Ending)random.Next(3);
            var cut = new Random(random.Next());
            _seed = random.Next();
            await using var spooled = new SpooledEventLog(_log, options, _lines);
            using var end = new CancellationTokenSource();
            Task[] appending = [.. Enumerable.Range(0, Callers).Select(caller => Task.Run(() => AppendAsync(spooled, caller, new Random(_seed + caller), end.Token)))];
            int steps = random.Next(3, 15);
            for (int i = 0; i < steps; i++)
            {
                Disturb();
                await Task.Delay(random.Next(1, 15));
            }

            if (ending != Ending.Closed)
            {
                lock (_lock)
                {
                    // What is acknowledged from now on is not heard by anybody.
                    _life++;
                    if (ending == Ending.PowerCut)
                    {
                        disk.CutPower(cut, folder, next);
                    }
                    else
                    {
                        Copy(folder, next);
                    }
                }
            }

            await end.CancelAsync();
            await Task.WhenAll(appending);
            return ending == Ending.Closed ? folder : next;
        }

        public void Dispose() => _lines.Dispose();

        private void Disturb()
        {
            switch (random.Next(7))
            {
                case 0 or 1:
                    _log.GoAway();
                    break;
                case 2:
                    _log.BeFull();
                    break;
                case 3:
                    int slow = random.Next(1, 30);
                    _log.Before = (_, token) => Task.Delay(slow, token);
                    break;
                case 4:
                    int late = random.Next(1, 60);
                    _log.Before = (_, _) => Task.Delay(late, CancellationToken.None);
                    break;
                case 5:
                    _log.After = static () => throw new EventException("The connection broke.", isTransient: true);
                    break;
                default:
                    _log.Work();
                    break;
            }
        }

        private async Task AppendAsync(SpooledEventLog spooled, int caller, Random choices, CancellationToken end)
        {
            int life = _life;
            while (!end.IsCancellationRequested)
            {
                int number = Interlocked.Increment(ref _number);
                EventEnvelope[] events =
                    [.. Enumerable.Range(0, choices.Next(1, 4)).Select(part => SpoolBench.Event((number * 10) + part, choices.Next(choices.Next(2) == 0 ? 10 : 2000), $"{caller}"))];
                try
                {
                    await spooled.AppendAsync(events, cancellationToken: end);
                    lock (_lock)
                    {
                        if (_life == life)
                        {
                            foreach (EventEnvelope one in events)
                            {
                                _acknowledged.Add(one.Id, (caller, int.Parse(one.RunId!, System.Globalization.CultureInfo.InvariantCulture)));
                            }
                        }
                    }
                }
                catch (EventException exception)
                {
                    // Without an inner error, the log was not tried.
                    lock (_lock)
                    {
                        _refused.AddRange(exception.InnerException is null ? events.Select(one => one.Id) : []);
                    }

                    await Task.Delay(1, CancellationToken.None);
                }
                catch (OperationCanceledException)
                {
                    // Written or not.
                }

                if (choices.Next(4) == 0)
                {
                    await Task.Delay(choices.Next(3), CancellationToken.None);
                }
            }
        }

        private void Check()
        {
            EventEnvelope[] written = _log.Written;
            TestContext.Out.WriteLine($"{_acknowledged.Count} acknowledged, {_refused.Count} refused, {written.Length} in the log");
            Assert.That(_acknowledged.Keys.Except(written.Select(one => one.Id)), Is.Empty, "lost");
            Assert.That(written.Select(one => one.Id), Is.Unique, "doubled");
            Assert.That(written.Select(one => one.Id).Intersect(_refused), Is.Empty, "refused, and yet there");
            for (int caller = 0; caller < Callers; caller++)
            {
                Assert.That(
                    written.Where(one => _acknowledged.TryGetValue(one.Id, out var name) && name.Caller == caller).Select(one => _acknowledged[one.Id].Number),
                    Is.Ordered,
                    $"caller {caller}");
            }

            // 1246 tells of a group whose first record did not reach the disk and a later one did. None of it was acknowledged.
            Assert.That(_lines.Lines.Where(line => line.StartsWith("1247:", StringComparison.Ordinal)), Is.Empty, "nothing is wrong with the events");
        }

        private static void Copy(string from, string to)
        {
            Directory.CreateDirectory(to);
            foreach (string file in Directory.GetFiles(from, "*.spool"))
            {
                try
                {
                    File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
                }
                catch (FileNotFoundException)
                {
                    // It was drained in the meantime.
                }
            }
        }
    }
}
