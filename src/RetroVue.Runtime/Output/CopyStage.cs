using RetroVue.Media.Formats;
using RetroVue.Media.Time;

namespace RetroVue.Runtime.Output;

/// <summary>The stage of a copied channel: it passes packets from the feed on the air to the transport stream unchanged.</summary>
internal sealed class CopyStage(FeedSwitcher feeds) : IOutputStage
{
    /// <inheritdoc/>
    public ClockTime Lead => ClockTime.FromSeconds(1);

    /// <inheritdoc/>
    public ClockTime SwitchLead => OutputPump.WorkAhead + feeds.Reordering;

    /// <inheritdoc/>
    public Action? Arrived
    {
        get => feeds.Arrived;
        set => feeds.Arrived = value;
    }

    /// <inheritdoc/>
    public Task<Task> StartAsync(CancellationToken cancellationToken) => Task.FromResult(Task.CompletedTask);

    /// <inheritdoc/>
    public void Advance(ClockTime outputTime) => feeds.Advance(outputTime);

    /// <inheritdoc/>
    public bool HasBegun(ClockTime now) => feeds.HasBegun(now);

    /// <inheritdoc/>
    public ClockTime PeekTime(MediaKind kind) => feeds.PeekTime(kind);

    /// <inheritdoc/>
    public bool Covers(ClockTime time) => feeds.Covers(time);

    /// <inheritdoc/>
    public FeedItem? TryTake(MediaKind kind, ClockTime before) => feeds.TryTake(kind, before);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
