using System.Diagnostics;
using System.Diagnostics.Metrics;
using RetroVue.Media.Devices.Alsa;
using RetroVue.Media.Devices.V4l2;
using RetroVue.Media.Pipelines;

namespace RetroVue.Media.Devices;

/// <summary>
/// The measurements and traces of this package (docs/telemetry.md). Thread-safe. All share one meter, because devices belong to the
/// machine.
/// </summary>
internal static class DeviceTelemetry
{
    private const string Name = "RetroVue.Media.Devices";
    private const string Alsa = "alsa";
    private const string PipeWire = "pipewire";
    private const string V4l2 = "v4l2";

    private static readonly ActivitySource s_activities = new(Name, Version);
    private static readonly Meter s_meter = new(Name, Version);
    private static readonly Counter<long> s_lost = s_meter.CreateCounter<long>(
        "retrovue.device.lost", "{frame}", "Pictures, or frames of sound, that a device captured but the source did not get.");
    private static readonly Counter<long> s_dropped = s_meter.CreateCounter<long>(
        "retrovue.device.dropped", "{frame}", "Frames of sound that were not played, because they came too late or no device was there.");
    private static readonly Counter<long> s_interruptions = s_meter.CreateCounter<long>(
        "retrovue.device.interruptions", "{interruption}", "How often a playback device stopped: it ran empty, was suspended, or was lost.");

    private static string Version => typeof(DeviceTelemetry).Assembly.GetName().Version!.ToString(3);

    /// <summary>Traces an opening until the result is disposed of; null if nobody listens.</summary>
    public static Activity? OpeningAlsa() => Opening(Alsa);

    /// <inheritdoc cref="OpeningAlsa"/>
    public static Activity? OpeningPipeWire() => Opening(PipeWire);

    /// <inheritdoc cref="OpeningAlsa"/>
    public static Activity? OpeningV4l2() => Opening(V4l2);

    /// <summary>Counts media that a source's device captured but the source did not get.</summary>
    public static void Lost(Element source, long count) => s_lost.Add(count, Kind(source));

    /// <summary>Counts sound that a sink did not play.</summary>
    public static void Dropped(Element sink, long count) => s_dropped.Add(count, Kind(sink));

    /// <summary>Counts the stops of a sink's device.</summary>
    public static void Interrupted(Element sink, long count) => s_interruptions.Add(count, Kind(sink));

    private static Activity? Opening(string kind) => s_activities.StartActivity("retrovue.device.open")?.SetTag("kind", kind);

    private static KeyValuePair<string, object?> Kind(Element element) => new("kind", element switch
    {
        AlsaSource or AlsaSink => Alsa,
        V4l2Source => V4l2,
        _ => PipeWire,
    });
}
