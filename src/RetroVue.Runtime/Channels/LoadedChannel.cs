using RetroVue.Runtime.Catalogue;
using RetroVue.Runtime.Schedules;

namespace RetroVue.Runtime.Channels;

/// <summary>A channel, and how far its files are known.</summary>
/// <remarks>The files are locked while they are used, because several threads find them.</remarks>
internal sealed class LoadedChannel(ChannelFiles files, ChannelManager manager)
{
    private readonly TaskCompletionSource _loaded = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Its files; the lock of this object.</summary>
    public ChannelFiles Files { get; } = files;

    /// <summary>The channel.</summary>
    public ChannelManager Manager { get; } = manager;

    /// <summary>The programme in its schedule; null while the channel cannot air yet.</summary>
    public Programme? Aired { get; set; }

    /// <summary>Completes when all its files have been looked at for the first time, and never fails.</summary>
    public Task Loaded => _loaded.Task;

    /// <summary>Says that all its files have been looked at.</summary>
    public void EndLoading() => _loaded.TrySetResult();

    /// <summary>Adds what is known of a file.</summary>
    public void Add(MediaFile file)
    {
        lock (Files)
        {
            Files.Add(file);
        }
    }
}
