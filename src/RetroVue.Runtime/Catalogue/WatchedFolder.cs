using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace RetroVue.Runtime.Catalogue;

/// <summary>
/// One folder whose files are followed: by the system's events where they work, else by scans. Events do not work for folders on other machines,
/// for a folder that does not exist yet, and if the system has no watch left.
/// </summary>
/// <remarks><see cref="Look"/> is for one caller at a time; <see cref="Follow"/> for any.</remarks>
/// <param name="path">The folder.</param>
/// <param name="mayWatch">False to scan in any case.</param>
/// <param name="changed">Called, on any thread, with the path of each file that has changed, come or gone.</param>
/// <param name="logger">Told if the folder has to be scanned.</param>
internal sealed class WatchedFolder(string path, bool mayWatch, Action<string> changed, ILogger logger) : IDisposable
{
    private readonly ConcurrentDictionary<string, byte> _files = new(StringComparer.Ordinal);
    private Dictionary<string, FileStamp?>? _stamps;
    private FileSystemWatcher? _watcher;
    private DateTime _created;
    private string? _reason;
    private volatile bool _isAll;
    private volatile bool _isBlind;
    private volatile bool _isOver;

    /// <summary>Follows a file; null for all files of the folder.</summary>
    public void Follow(string? file)
    {
        if (file is null)
        {
            _isAll = true;
        }
        else
        {
            _files.TryAdd(file, 0);
        }
    }

    /// <summary>
    /// Begins to watch, or checks that the watch still works; scans the folder if it does not. May block, as long as the folder's disk does.
    /// </summary>
    public void Look()
    {
        bool exists = Directory.Exists(path);
        DateTime created = exists ? new DirectoryInfo(path).CreationTimeUtc : default;
        bool wasBlind = _watcher is not null && (_isBlind || created != _created);
        if (wasBlind)
        {
            _watcher!.Dispose();
            _watcher = null;
        }

        if (_watcher is null && exists && mayWatch)
        {
            _created = created;
            Watch();
        }

        if (_watcher is null)
        {
            Scan();
        }
        else if (wasBlind || _stamps is not null)
        {
            // Anything may have changed since the last scan or the last event.
            _stamps = null;
            TellAll();
        }

        if (_isOver)
        {
            Dispose();
        }
    }

    public void Dispose()
    {
        _isOver = true;
        _watcher?.Dispose();
    }

    private void Watch()
    {
        try
        {
            if (!HasEvents())
            {
                return;
            }

            _isBlind = false;
            _watcher = new FileSystemWatcher(path)
            {
                InternalBufferSize = 64 << 10,
                NotifyFilter = NotifyFilters.FileName | NotifyFilters.LastWrite | NotifyFilters.Size | NotifyFilters.Attributes | NotifyFilters.Security,
            };
            _watcher.Created += (_, change) => Tell(change.FullPath);
            _watcher.Changed += (_, change) => Tell(change.FullPath);
            _watcher.Deleted += (_, change) => Tell(change.FullPath);
            _watcher.Renamed += (_, change) =>
            {
                Tell(change.OldFullPath);
                Tell(change.FullPath);
            };
            _watcher.Error += (_, _) => _isBlind = true;
            _watcher.EnableRaisingEvents = true;
        }
        catch (Exception exception) when (exception is IOException or ArgumentException or UnauthorizedAccessException)
        {
            _watcher?.Dispose();
            _watcher = null;
            if (_reason != exception.Message)
            {
                _reason = exception.Message;
                RuntimeLog.FolderUnwatched(logger, path, exception.Message);
            }
        }
    }

    /// <summary>False for disks of other machines and of programs: the kernel does not see their changes.</summary>
    private bool HasEvents()
    {
        var drive = new DriveInfo(path);
        return drive.DriveType != DriveType.Network && !drive.DriveFormat.StartsWith("fuse", StringComparison.Ordinal)
            && drive.DriveFormat is not ("9p" or "v9fs" or "vboxsf" or "virtiofs" or "prl_fs");
    }

    private void Scan()
    {
        Dictionary<string, FileStamp?> stamps = new(StringComparer.Ordinal);
        foreach (string file in Files())
        {
            stamps[file] = StampReader.Read(file);
        }

        if (_stamps is { } before)
        {
            foreach (string file in stamps.Keys.Union(before.Keys, StringComparer.Ordinal).Where(file => stamps.GetValueOrDefault(file) != before.GetValueOrDefault(file)))
            {
                changed(file);
            }
        }

        _stamps = stamps;
    }

    private void TellAll()
    {
        foreach (string file in Files())
        {
            changed(file);
        }
    }

    private IEnumerable<string> Files()
    {
        if (!_isAll)
        {
            return _files.Keys;
        }

        try
        {
            return _files.Keys.Union(Directory.EnumerateFiles(path), StringComparer.Ordinal).ToArray();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return _files.Keys;
        }
    }

    private void Tell(string file)
    {
        if (_isAll || _files.ContainsKey(file))
        {
            changed(file);
        }
    }
}
