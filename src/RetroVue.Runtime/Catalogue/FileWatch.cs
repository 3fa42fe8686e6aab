using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using NodaTime;
using RetroVue.Media.Blocking;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using RetroVue.Runtime.Time;
using IClock = RetroVue.Media.Clocks.IClock;

namespace RetroVue.Runtime.Catalogue;

/// <summary>
/// Notices files that change, come or go, and tells of each once it has been quiet for <see cref="Quiet"/>, so that a copy in progress is not
/// taken for a film.
/// </summary>
/// <remarks>
/// Thread-safe. It uses the system's events (inotify) where they work, and scans every <see cref="ScanInterval"/> where they do not: on
/// disks of other machines, in a folder that does not exist yet, and if the system has no watch left. If events were lost, it tells of all files
/// of the folder. So a file that it tells of need not have changed. It waits in station time.
/// </remarks>
public sealed class FileWatch : IDisposable
{
    private const int MostWatches = 64;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    private readonly MasterClock _clock;
    private readonly Executor _executor;
    private readonly ILogger _logger;
    private readonly bool _mayWatch;
    private readonly StampReader _stamps = new(new SilentFolders());
    private readonly ConcurrentDictionary<string, (WatchedFolder Folder, Task Look)> _folders = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _events = new();
    private readonly Dictionary<string, Restless> _restless = new(StringComparer.Ordinal);
    private Instant _scanned = Instant.MinValue;

    /// <summary>Makes a watch that follows nothing yet.</summary>
    /// <param name="clock">Station time.</param>
    /// <param name="executor">Waits in station time.</param>
    /// <param name="loggerFactory">Makes its logger.</param>
    public FileWatch(MasterClock clock, Executor executor, ILoggerFactory loggerFactory)
        : this(clock, executor, loggerFactory, mayWatch: true)
    {
    }

    /// <param name="clock">Station time.</param>
    /// <param name="executor">Waits in station time.</param>
    /// <param name="loggerFactory">Makes its logger.</param>
    /// <param name="mayWatch">False to scan in any case.</param>
    internal FileWatch(MasterClock clock, Executor executor, ILoggerFactory loggerFactory, bool mayWatch)
    {
        ArgumentNullException.ThrowIfNull(clock);
        (_clock, _executor, _mayWatch) = (clock, executor, mayWatch);
        _logger = loggerFactory.CreateLogger<FileWatch>();
    }

    /// <summary>How long a file has to be unchanged until it is told of: five seconds.</summary>
    public static Duration Quiet { get; } = Duration.FromSeconds(5);

    /// <summary>The time between two scans, and between two checks that the events still work: thirty seconds.</summary>
    public static Duration ScanInterval { get; } = Duration.FromSeconds(30);

    /// <summary>Follows files, from now on. They need not exist. Waits at most five seconds for a disk.</summary>
    /// <param name="files">Their full paths.</param>
    /// <param name="cancellationToken">Cancels the wait; the files are followed nevertheless.</param>
    public Task FollowAsync(IEnumerable<string> files, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(files);
        HashSet<string> folders = new(StringComparer.Ordinal);
        foreach (string file in files)
        {
            string folder = Path.GetDirectoryName(file) is { Length: > 0 } name ? name : ".";
            FolderOf(folder).Follow(file);
            folders.Add(folder);
        }

        return Task.WhenAll(folders.Select(LookAsync)).WaitAsync(cancellationToken);
    }

    /// <summary>Follows all files of a folder, from now on. Waits at most five seconds for its disk.</summary>
    /// <param name="folder">The folder's full path.</param>
    /// <param name="cancellationToken">Cancels the wait; the folder is followed nevertheless.</param>
    public Task FollowFolderAsync(string folder, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        FolderOf(folder).Follow(null);
        return LookAsync(folder).WaitAsync(cancellationToken);
    }

    /// <summary>Counts a file as changed.</summary>
    internal void Note(string file) => _events.Enqueue(file);

    /// <summary>Tells of changes until it is stopped.</summary>
    /// <param name="changed">
    /// Called with the paths of files that may have changed and are quiet, each once; the next call follows when its task has completed. It must not throw.
    /// </param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task RunAsync(Func<IReadOnlyList<string>, Task> changed, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(changed);
        IClock station = _clock.AsClock();
        try
        {
            while (true)
            {
                await _executor.WaitUntilAsync(station, station.Now.NextMultiple(ClockTime.FromSeconds(1)), cancellationToken).ConfigureAwait(false);
                Instant now = _clock.UtcNow;
                if (_restless.Count > 0 || !_events.IsEmpty || now - ScanInterval >= _scanned)
                {
                    // A thread waits for the disk, and none of the executor's: in a simulation, the work ends before time goes on.
#pragma warning disable VSTHRD002, MA0045
                    await _executor.InvokeAsync(() => TellAsync(now, changed, cancellationToken).GetAwaiter().GetResult()).ConfigureAwait(false);
#pragma warning restore VSTHRD002, MA0045
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Stopped.
        }
    }

    /// <summary>Ends the watch of all folders.</summary>
    public void Dispose()
    {
        foreach ((WatchedFolder folder, _) in _folders.Values)
        {
            folder.Dispose();
        }
    }

    private async Task TellAsync(Instant now, Func<IReadOnlyList<string>, Task> changed, CancellationToken cancellationToken)
    {
        if (now - ScanInterval >= _scanned)
        {
            _scanned = now;
            await Task.WhenAll(_folders.Keys.Select(LookAsync)).ConfigureAwait(false);
        }

        while (_events.TryDequeue(out string? path))
        {
            _restless[path] = new Restless { Since = now };
        }

        string[] due = [.. _restless.Where(file => !file.Value.IsSeen || now - file.Value.Since >= Quiet).Select(file => file.Key)];
        StampOfFile[] stamps = await _stamps.ReadAsync(due, cancellationToken).ConfigureAwait(false);
        List<string> quiet = [];
        foreach ((string path, StampOfFile stamp) in due.Zip(stamps))
        {
            Restless restless = _restless[path];
            if (restless.IsSeen && restless.Stamp == stamp && now - restless.Since >= Quiet)
            {
                _restless.Remove(path);
                quiet.Add(path);
                continue;
            }

            restless.Since = restless.IsSeen && restless.Stamp == stamp ? restless.Since : now;
            (restless.Stamp, restless.IsSeen) = (stamp, true);
        }

        if (quiet.Count > 0)
        {
            await changed(quiet).ConfigureAwait(false);
        }
    }

    private WatchedFolder FolderOf(string path) => _folders.GetOrAdd(
        path,
        folder => (new WatchedFolder(folder, _mayWatch && _folders.Count < MostWatches, _events.Enqueue, _logger), Task.CompletedTask)).Folder;

    /// <summary>Lets a folder be looked at, unless it still hangs from the last time.</summary>
    private async Task LookAsync(string path)
    {
        (WatchedFolder folder, Task look) = _folders[path];
        if (look.IsCompleted)
        {
            look = Task.Factory.StartNew(folder.Look, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            _folders[path] = (folder, look);
        }

        try
        {
            await Watchdog.WithinAsync(look, s_patience).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // Its disk does not answer. The next look comes when this one has ended.
        }
    }

    /// <summary>A file that has changed and is not quiet yet.</summary>
    private sealed class Restless
    {
        public Instant Since { get; set; }

        public StampOfFile Stamp { get; set; }

        public bool IsSeen { get; set; }
    }
}
