using System.Diagnostics;
using RetroVue.Media.Time;

namespace RetroVue.Runtime;

/// <summary>One channel's measurements and traces. Thread-safe.</summary>
/// <param name="all">The instruments.</param>
/// <param name="channel">The channel's short name.</param>
internal sealed class ChannelTelemetry(RuntimeTelemetry all, string channel)
{
    /// <summary>The tag that distinguishes the channel's measurements from those of others.</summary>
    public KeyValuePair<string, object?> Channel { get; } = new("channel", channel);

    /// <summary>Traces an activity until the result is disposed of; null if nobody listens.</summary>
    /// <param name="name">The name of the activity.</param>
    public Activity? Begin(string name) => RuntimeTelemetry.Activities.StartActivity(name)?.SetTag(Channel.Key, channel);

    /// <summary>Counts a viewer who has joined.</summary>
    /// <param name="hasStarted">True if the channel was off the air at the request.</param>
    /// <param name="waited">How long the viewer waited.</param>
    public void Joined(bool hasStarted, ClockTime waited)
    {
        var kind = new KeyValuePair<string, object?>("kind", hasStarted ? "start" : "running");
        all.Joins.Add(1, Channel, kind);
        all.Zap.Record(waited.Nanoseconds / 1e9, Channel, kind);
    }

    /// <summary>Counts a viewer who did not get the channel: the start failed, or the viewer or the station gave up.</summary>
    public void JoinFailed(bool isCancelled) =>
        all.JoinFailures.Add(1, Channel, new KeyValuePair<string, object?>("reason", isCancelled ? "cancelled" : "failed"));

    /// <summary>Counts packets that came too late.</summary>
    /// <param name="packets">The number of packets.</param>
    /// <param name="isOfFile">True if the file is the cause.</param>
    public void Late(long packets, bool isOfFile) =>
        all.Late.Add(packets, Channel, new KeyValuePair<string, object?>("reason", isOfFile ? "file" : "machine"));

    /// <summary>Counts a slate that airs in the place of an item.</summary>
    /// <param name="reason">"unopened", "ended-early" or "stalled".</param>
    public void Slated(string reason) => all.Slates.Add(1, Channel, new KeyValuePair<string, object?>("reason", reason));

    /// <summary>Counts an output or a producer that failed on the air.</summary>
    /// <param name="kind">"output" or "producer".</param>
    public void Failed(string kind) => all.Failures.Add(1, Channel, new KeyValuePair<string, object?>("kind", kind));

    /// <summary>Counts an attempt to recover that has ended.</summary>
    /// <param name="kind">"recovered" or "failed".</param>
    public void Recovered(string kind) => all.Recoveries.Add(1, Channel, new KeyValuePair<string, object?>("kind", kind));

    /// <summary>Counts a producer that has taken over from another one.</summary>
    public void Swapped()
    {
        all.Swaps.Add(1, Channel);
        Begin("retrovue.channel.swap")?.Dispose();
    }
}
