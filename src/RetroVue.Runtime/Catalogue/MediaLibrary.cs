using Microsoft.Extensions.Logging;
using RetroVue.Runtime.Channels;
using RetroVue.Runtime.Time;

namespace RetroVue.Runtime.Catalogue;

/// <summary>
/// Tells what is known of media files. A file whose size and time of change are as catalogued is not opened; others are probed side by side, and
/// what is found is saved in the catalogue as it comes.
/// </summary>
/// <remarks>
/// Thread-safe. One library serves a whole station. Looking at files takes real time, also in a simulation, and no thread of the executor. A
/// catalogue that fails or is slow is logged, and the files are probed as if nothing were known.
/// </remarks>
public sealed class MediaLibrary
{
    /// <summary>An opening mostly waits for its disk; a disk has the most to choose from if several wait.</summary>
    private static readonly int s_width = Math.Clamp(2 * Environment.ProcessorCount, 4, 16);

    private readonly MasterClock _clock;
    private readonly SilentFolders _silent = new();
    private readonly StampReader _stamps;
    private readonly ProbeQueue _probes;
    private readonly FormatPool _pool = new();

    /// <summary>Makes a library.</summary>
    /// <param name="catalogue">Keeps what is found; null for a catalogue in memory.</param>
    /// <param name="clock">Station time.</param>
    /// <param name="loggerFactory">Makes its logger.</param>
    public MediaLibrary(IMediaCatalogue? catalogue, MasterClock clock, ILoggerFactory loggerFactory)
    {
        ArgumentNullException.ThrowIfNull(clock);
        _clock = clock;
        _stamps = new StampReader(_silent);
        _probes = new ProbeQueue(s_width, _silent);
        Catalogue = new CatalogueAccess(catalogue ?? new InMemoryMediaCatalogue(), loggerFactory.CreateLogger<MediaLibrary>());
    }

    /// <summary>The catalogue.</summary>
    internal CatalogueAccess Catalogue { get; }

    /// <summary>Returns what is known of files, in their order; opens those that are not known as they are now.</summary>
    /// <param name="files">The files, with full paths. What is wrong with a file is in its answer, and throws nothing.</param>
    /// <param name="progress">Told, on any thread, at the start and after each file; null for nobody.</param>
    /// <param name="cancellationToken">Cancels the call; what was found until then is catalogued.</param>
    /// <exception cref="Media.FFmpeg.FFmpegLibraryException">FFmpeg's libraries are missing or of an unknown version.</exception>
    public async Task<IReadOnlyList<MediaFile>> LookAsync(
        IReadOnlyList<MediaFileKey> files, IProgress<LoadProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(files);
        MediaFileKey[] different = [.. files.Distinct()];
        Dictionary<MediaFileKey, MediaFile> found = [];
        progress?.Report(new LoadProgress(0, different.Length));
        await LookAsync(different, group: 0, Add, cancellationToken).ConfigureAwait(false);
        return [.. files.Select(file => found[file])];

        void Add(MediaFile file)
        {
            int done;
            lock (found)
            {
                found[file.Key] = file;
                done = found.Count;
            }

            progress?.Report(new LoadProgress(done, different.Length));
        }
    }

    /// <summary>Forgets files that no longer exist.</summary>
    /// <param name="paths">Their full paths.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    public Task ForgetAsync(IEnumerable<string> paths, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(paths);
        return Catalogue.RemoveAsync(paths).WaitAsync(cancellationToken);
    }

    /// <summary>Waits until all that was found is saved, or the catalogue has failed.</summary>
    /// <param name="cancellationToken">Cancels the wait.</param>
    public Task FlushAsync(CancellationToken cancellationToken = default) => Catalogue.FlushAsync().WaitAsync(cancellationToken);

    /// <summary>Tells what is known of files, each as soon as it is.</summary>
    /// <param name="files">The files, each once; the most urgent first.</param>
    /// <param name="group">The urgency of all of them: files of a lower group are probed first.</param>
    /// <param name="found">Called with each file, on any thread, for several files at the same time.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    internal async Task LookAsync(IReadOnlyList<MediaFileKey> files, int group, Action<MediaFile> found, CancellationToken cancellationToken)
    {
        List<Task> probes = [];
        int place = 0;
        foreach (MediaFileKey[] batch in files.Chunk(IMediaCatalogue.MostAtOnce))
        {
            Dictionary<MediaFileKey, CataloguedFile> entries = await Catalogue.FindAsync(batch, cancellationToken).ConfigureAwait(false);
            StampOfFile[] stamps = await _stamps.ReadAsync([.. batch.Select(key => key.Path)], cancellationToken).ConfigureAwait(false);
            foreach ((MediaFileKey key, StampOfFile stamp) in batch.Zip(stamps))
            {
                CataloguedFile? entry = entries.GetValueOrDefault(key);
                MediaFacts? facts = entry?.Facts is { } known ? _pool.Share(known) : null;
                if (entry is not null && entry.Stamp == stamp.Stamp)
                {
                    found(new MediaFile(key, facts, entry.Problem));
                }
                else if (stamp.IsSilent)
                {
                    found(new MediaFile(key, facts, $"'{key.Path}' was not opened: its disk does not answer. Check the disk or its network.") { MayReturn = true });
                }
                else
                {
                    probes.Add(ProbeAsync(key, stamp.Stamp, facts, (group, place++), found, cancellationToken));
                }
            }
        }

        await Task.WhenAll(probes).ConfigureAwait(false);
    }

    /// <summary>Probes a file that is not known as it is now.</summary>
    private async Task ProbeAsync(
        MediaFileKey key, FileStamp? stamp, MediaFacts? earlier, (int Group, int Place) urgency, Action<MediaFile> found, CancellationToken cancellationToken)
    {
        ProbedFile probed = await _probes.ProbeAsync(key, stamp, urgency, cancellationToken).ConfigureAwait(false);
        MediaFacts? facts = probed.Facts is { } fresh ? _pool.Share(fresh) : earlier;
        if (stamp is { } lasting && probed.IsLasting)
        {
            // With the stamp from before the probe: a file that has changed since then is probed again.
            Catalogue.Save(new CataloguedFile(key, lasting, _clock.UtcNow) { Facts = facts, Problem = probed.Problem });
        }

        found(new MediaFile(key, facts, probed.Problem) { MayReturn = stamp is not null && !probed.IsLasting });
    }
}
