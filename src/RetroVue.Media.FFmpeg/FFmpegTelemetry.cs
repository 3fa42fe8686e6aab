using System.Diagnostics;
using System.Diagnostics.Metrics;
using RetroVue.Media.Clocks;
using RetroVue.Media.Time;

namespace RetroVue.Media.FFmpeg;

/// <summary>
/// The measurements and traces of this package (docs/telemetry.md). Thread-safe. All share one meter, because files are also opened without
/// a host.
/// </summary>
internal static class FFmpegTelemetry
{
    private const string Name = "RetroVue.Media.FFmpeg";

    public static readonly ActivitySource Activities = new(Name, Version);

    private static readonly Meter s_meter = new(Name, Version);
    private static readonly Histogram<double> s_openDuration = s_meter.CreateHistogram<double>(
        "retrovue.file.open.duration", "s", "The time to open a file, or a URL for writing.");
    private static readonly Counter<long> s_openFailures = s_meter.CreateCounter<long>(
        "retrovue.file.open.failures", "{failure}", "Files and URLs that could not be opened.");
    private static readonly Counter<long> s_damages = s_meter.CreateCounter<long>(
        "retrovue.file.damages", "{damage}", "Packets that were damaged, and reads that failed in the middle of a file.");

    private static string Version => typeof(FFmpegTelemetry).Assembly.GetName().Version!.ToString(3);

    /// <summary>Measures and traces an opening.</summary>
    /// <param name="kind">"read" or "write".</param>
    /// <param name="open">Opens the file.</param>
    public static T Open<T>(string kind, Func<T> open)
    {
        using Activity? activity = Activities.StartActivity("retrovue.file.open");
        activity?.SetTag("kind", kind);
        ClockTime begun = SystemClock.Instance.Now;
        try
        {
            var opened = open();
            s_openDuration.Record((SystemClock.Instance.Now - begun).Nanoseconds / 1e9, new KeyValuePair<string, object?>("kind", kind));
            return opened;
        }
        catch (FFmpegException exception)
        {
            string reason = exception.IsTransient ? "transient" : "lasting";
            activity?.SetStatus(ActivityStatusCode.Error, reason);
            s_openFailures.Add(1, new KeyValuePair<string, object?>("kind", kind), new KeyValuePair<string, object?>("reason", reason));
            throw;
        }
    }

    /// <summary>Counts a damaged packet.</summary>
    public static void PacketDamaged() => s_damages.Add(1, new KeyValuePair<string, object?>("reason", "packet"));

    /// <summary>Counts a failed read.</summary>
    public static void ReadFailed() => s_damages.Add(1, new KeyValuePair<string, object?>("reason", "read"));
}
