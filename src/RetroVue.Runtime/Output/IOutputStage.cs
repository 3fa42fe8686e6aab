using RetroVue.Media.Time;

namespace RetroVue.Runtime.Output;

/// <summary>
/// The stage between a channel's feeds and its transport stream: it passes packets on in a copied channel, and encodes in a transcoded one.
/// </summary>
internal interface IOutputStage : IPacketSource, IAsyncDisposable
{
    /// <summary>How long before its presentation media is taken, at the latest: media that arrives later is too late.</summary>
    ClockTime Lead { get; }

    /// <summary>How far ahead of station time media is taken from feeds, at most: no other feed can take over earlier.</summary>
    ClockTime SwitchLead { get; }

    /// <summary>Starts the stage. The inner task completes when the stage is disposed of, or fails.</summary>
    Task<Task> StartAsync(CancellationToken cancellationToken);
}
