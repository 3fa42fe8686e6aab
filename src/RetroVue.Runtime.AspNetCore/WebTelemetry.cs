using System.Diagnostics.Metrics;

namespace RetroVue.Runtime.AspNetCore;

/// <summary>The measurements of this package (docs/telemetry.md); ASP.NET Core itself traces requests. Thread-safe.</summary>
internal sealed class WebTelemetry
{
    private readonly Counter<long> _sent;
    private readonly Counter<long> _disconnects;
    private readonly Counter<long> _refused;

    public WebTelemetry(IMeterFactory factory)
    {
        Meter meter = factory.Create("RetroVue.Runtime.AspNetCore", typeof(WebTelemetry).Assembly.GetName().Version!.ToString(3));
        _sent = meter.CreateCounter<long>("retrovue.web.sent", "By", "Bytes of streams that were handed to viewers' connections.");
        _disconnects = meter.CreateCounter<long>("retrovue.web.disconnects", "{viewer}", "Viewers who were disconnected because they read too slowly.");
        _refused = meter.CreateCounter<long>("retrovue.web.refused", "{request}", "Requests that were refused because all connections were taken.");
    }

    /// <summary>Counts bytes of a stream that were sent.</summary>
    /// <param name="channel">The channel's short name.</param>
    /// <param name="kind">"live" or "hls".</param>
    /// <param name="bytes">The number of bytes.</param>
    public void Sent(string channel, string kind, long bytes) =>
        _sent.Add(bytes, new KeyValuePair<string, object?>("channel", channel), new KeyValuePair<string, object?>("kind", kind));

    /// <summary>Counts a viewer who was disconnected.</summary>
    /// <param name="channel">The channel's short name.</param>
    /// <param name="reason">"lagged" or "silent".</param>
    public void Disconnected(string channel, string reason) =>
        _disconnects.Add(1, new KeyValuePair<string, object?>("channel", channel), new KeyValuePair<string, object?>("reason", reason));

    /// <summary>Counts a refused request.</summary>
    public void Refused() => _refused.Add(1);
}
