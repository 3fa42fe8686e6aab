using RetroVue.Media.Time;

namespace RetroVue.Runtime.Output;

/// <summary>What stands between a channel's feeds and its transport stream: nothing much where items are copied, and the encoders where not.</summary>
internal interface IOutputStage : IPacketSource, IAsyncDisposable
{
    /// <summary>How long before it is shown what is on the air is taken, at the latest: what an item has not brought by then it is too late for.</summary>
    ClockTime Lead { get; }

    /// <summary>How far ahead of station time feeds are taken, at most: no other feed can take over before.</summary>
    ClockTime SwitchLead { get; }

    /// <summary>Starts; the run that the inner task stands for ends when the stage is disposed of, or fails.</summary>
    Task<Task> StartAsync(CancellationToken cancellationToken);
}
