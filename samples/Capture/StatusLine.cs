using System.Globalization;
using RetroVue.Media.Devices;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Samples;

/// <summary>The status of a recording in one line: lateness, drift, losses.</summary>
internal static class StatusLine
{
    public static string Of(Pipeline pipeline, IReadOnlyList<Element> sources)
    {
        var parts = new List<string> { $"{Seconds(pipeline.RunningTime):F1} s by {pipeline.Clock.Reference.Name}" };
        var lateness = new List<double>();
        foreach (Element source in sources)
        {
            if (source is not ILiveSource { Statistics: var seen })
            {
                continue;
            }

            string drift = double.IsNaN(seen.Drift) ? "-" : seen.Drift.ToString("+0.0;-0.0", CultureInfo.InvariantCulture);
            parts.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"{source.Name}: late {Seconds(seen.Lateness) * 1e3:F1} ms, drift {drift} ppm, lost {seen.Lost}, estimated {seen.Estimated}"));
            lateness.Add(Seconds(seen.Lateness));
        }

        if (lateness.Count == 2)
        {
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"pictures come {(lateness[0] - lateness[1]) * 1e3:+0.0;-0.0} ms after their sound"));
        }

        return string.Join(" | ", parts);
    }

    private static double Seconds(ClockTime time) => time.IsNone ? double.NaN : time.Nanoseconds / 1e9;
}
