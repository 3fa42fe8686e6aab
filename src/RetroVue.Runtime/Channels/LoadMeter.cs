using RetroVue.Runtime.Catalogue;

namespace RetroVue.Runtime.Channels;

/// <summary>Counts the files that are known, each once, however many channels air it.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class LoadMeter
{
    private readonly HashSet<MediaFileKey> _unknown;
    private readonly IProgress<LoadProgress>? _progress;
    private readonly int _files;

    public LoadMeter(IEnumerable<MediaFileKey> files, IProgress<LoadProgress>? progress)
    {
        _unknown = [.. files];
        (_files, _progress) = (_unknown.Count, progress);
    }

    /// <summary>How many files are known, of how many.</summary>
    public LoadProgress Progress
    {
        get
        {
            lock (_unknown)
            {
                return new LoadProgress(_files - _unknown.Count, _files);
            }
        }
    }

    /// <summary>Tells that no file is known yet.</summary>
    public void Begin() => _progress?.Report(new LoadProgress(0, _files));

    /// <summary>Counts a file.</summary>
    public void Count(MediaFileKey file)
    {
        LoadProgress now;
        lock (_unknown)
        {
            if (!_unknown.Remove(file))
            {
                return;
            }

            now = new LoadProgress(_files - _unknown.Count, _files);
            if (_unknown.Count == 0)
            {
                _unknown.TrimExcess();
            }
        }

        _progress?.Report(now);
    }
}
