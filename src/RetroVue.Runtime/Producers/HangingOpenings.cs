using RetroVue.Media.Time;

namespace RetroVue.Runtime.Producers;

/// <summary>A channel's files that are still being opened although nobody waits for them: their disk does not answer.</summary>
/// <remarks>
/// Each occupies a thread while it hangs, so their number is limited, and the same file is here at most once. Thread-safe.
/// </remarks>
internal sealed class HangingOpenings
{
    /// <summary>The maximum number.</summary>
    public const int Most = 4;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, (Task<ItemPlayer> Opening, Task End, ClockTime Since)> _files = new(StringComparer.Ordinal);

    /// <summary>True if the maximum number of files is here.</summary>
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

    /// <summary>Completes when the opening of a file has ended, successfully or not; null if the file is not here.</summary>
    public Task? EndOf(string file)
    {
        lock (_lock)
        {
            return _files.GetValueOrDefault(file).End;
        }
    }

    /// <summary>Returns when the opening of a file began, by the executor's system clock; None if the file is not here.</summary>
    public ClockTime SinceOf(string file)
    {
        lock (_lock)
        {
            return _files.TryGetValue(file, out var late) ? late.Since : ClockTime.None;
        }
    }

    /// <summary>Adds an opening, until it ends; then its player is disposed of.</summary>
    public void Add(string file, Task<ItemPlayer> opening, ClockTime since)
    {
        lock (_lock)
        {
            Task end = EndAsync(file, opening);
            if (!end.IsCompleted)
            {
                // If it has ended already, it must not be added: nothing would remove it again.
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
            // The reason does not matter: the opening has ended.
        }
        finally
        {
            lock (_lock)
            {
                // Another opening of the same file may have been added since.
                if (_files.TryGetValue(file, out var late) && ReferenceEquals(late.Opening, opening))
                {
                    _files.Remove(file);
                }
            }
        }
    }
}
