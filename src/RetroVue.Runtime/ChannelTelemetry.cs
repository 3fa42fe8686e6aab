using System.Diagnostics;
using RetroVue.Media.Time;

namespace RetroVue.Runtime;

/// <summary>One channel's measurements and traces. Thread-safe.</summary>
/// <param name="all">The instruments.</param>
/// <param name="channel">The channel's short name.</param>
internal sealed class ChannelTelemetry(RuntimeTelemetry all, string channel)
{
    /// <summary>What tells the channel's measurements from those of others.</summary>
    public KeyValuePair<string, object?> Channel { get; } = new("channel", channel);

    /// <summary>Traces what is done until the result is disposed of; null if nobody listens.</summary>
    /// <param name="name">What is done.</param>
    public Activity? Begin(string name) => RuntimeTelemetry.Activities.StartActivity(name)?.SetTag(Channel.Key, channel);

    /// <summary>A viewer has joined.</summary>
    /// <param name="hasStarted">True if the channel was off the air when the viewer asked.</param>
    /// <param name="waited">How long the viewer waited.</param>
    public void Joined(bool hasStarted, ClockTime waited)
    {
        var kind = new KeyValuePair<string, object?>("kind", hasStarted ? "start" : "running");
        all.Joins.Add(1, Channel, kind);
        all.Zap.Record(waited.Nanoseconds / 1e9, Channel, kind);
    }

    /// <summary>A viewer did not get the channel: the start failed, or the viewer or the station gave up.</summary>
    public void JoinFailed(bool isCancelled) =>
        all.JoinFailures.Add(1, Channel, new KeyValuePair<string, object?>("reason", isCancelled ? "cancelled" : "failed"));

    /// <summary>Packets came too late.</summary>
    /// <param name="packets">How many.</param>
    /// <param name="isOfFile">True if that is the file's fault.</param>
    public void Late(long packets, bool isOfFile) =>
        all.Late.Add(packets, Channel, new KeyValuePair<string, object?>("reason", isOfFile ? "file" : "machine"));

    /// <summary>A slate airs in the place of an item.</summary>
    /// <param name="reason">"unopened", "ended-early" or "stalled".</param>
    public void Slated(string reason) => all.Slates.Add(1, Channel, new KeyValuePair<string, object?>("reason", reason));

    /// <summary>An output or a producer failed on the air.</summary>
    /// <param name="kind">"output" or "producer".</param>
    public void Failed(string kind) => all.Failures.Add(1, Channel, new KeyValuePair<string, object?>("kind", kind));

    /// <summary>An attempt to recover has ended.</summary>
    /// <param name="kind">"recovered" or "failed".</param>
    public void Recovered(string kind) => all.Recoveries.Add(1, Channel, new KeyValuePair<string, object?>("kind", kind));

    /// <summary>A producer has taken over from another one.</summary>
    public void Swapped()
    {
        all.Swaps.Add(1, Channel);
        Begin("retrovue.channel.swap")?.Dispose();
    }
}
