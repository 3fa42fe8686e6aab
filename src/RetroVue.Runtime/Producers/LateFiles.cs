using RetroVue.Media.Time;

namespace RetroVue.Runtime.Producers;

/// <summary>A channel's files that are still being opened although nobody waits for them any more: their disk does not answer.</summary>
/// <remarks>
/// Each takes a thread for as long as it hangs, so there are never many, and a file is in here once at most. Thread-safe.
/// </remarks>
internal sealed class LateFiles
{
    /// <summary>How many there may be.</summary>
    public const int Most = 4;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, (Task<ItemPlayer> Opening, Task End, ClockTime Since)> _files = new(StringComparer.Ordinal);

    /// <summary>True if as many files as there may be are in here.</summary>
    public bool IsFull
    {
        get
        {
            lock (_lock)
            {
                return _files.Count >= Most;
            }
        }
    }

    /// <summary>Completes when the opening of a file that is in here has ended, however it did; null if it is not in here.</summary>
    public Task? EndOf(string file)
    {
        lock (_lock)
        {
            return _files.GetValueOrDefault(file).End;
        }
    }

    /// <summary>When the opening of a file that is in here began, by the executor's system clock; None if it is not in here.</summary>
    public ClockTime SinceOf(string file)
    {
        lock (_lock)
        {
            return _files.TryGetValue(file, out var late) ? late.Since : ClockTime.None;
        }
    }

    /// <summary>Takes an opening in, until it ends; what it has opened then is disposed of.</summary>
    public void Add(string file, Task<ItemPlayer> opening, ClockTime since)
    {
        lock (_lock)
        {
            Task end = EndAsync(file, opening);
            if (!end.IsCompleted)
            {
                // Else it has ended since somebody looked, and would stay in here for ever.
                _files[file] = (opening, end, since);
            }
        }
    }

    private async Task EndAsync(string file, Task<ItemPlayer> opening)
    {
        try
        {
            ItemPlayer player = await opening.ConfigureAwait(false);
            await player.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception)
        {
            // Whatever was wrong with it: it has ended.
        }
        finally
        {
            lock (_lock)
            {
                // Another opening of the same file may have been given up since.
                if (_files.TryGetValue(file, out var late) && ReferenceEquals(late.Opening, opening))
                {
                    _files.Remove(file);
                }
            }
        }
    }
}
