using RetroVue.Media.FFmpeg.Containers;
using RetroVue.Media.Time;
using RetroVue.Runtime.Output;

namespace RetroVue.Runtime.Tests.Output.AnyInput;

/// <summary>A file without a fault that a channel may copy after another file, because it is of the same kind.</summary>
/// <param name="Path">The file.</param>
/// <param name="Script">The packets in the file.</param>
internal sealed record NextFile(string Path, MediaScript Script)
{
    private static readonly Dictionary<string, NextFile> s_files = new(StringComparer.Ordinal);

    /// <summary>Returns a file that the channel may copy after another file; null if there is none.</summary>
    public static NextFile? After(ScriptFile file, MediaScript script, CopyCandidate candidate)
    {
        foreach (string container in new[] { "mkv", "mp4", "ts" })
        {
            NextFile next = Get(file with { Container = container }, script.Between, candidate.Video?.Video?.FrameRate ?? default);
            if (CopyAdmission.Decide([candidate, CopyCandidate.Of(next.Path, MediaProbe.Probe(next.Path))]).Refused.IsEmpty)
            {
                return next;
            }
        }

        return null;
    }

    private static NextFile Get(ScriptFile file, int between, Rational rate)
    {
        string name = FormattableString.Invariant($"next-{file.Picture}-{file.Sound}-{between}-{rate.Numerator}-{rate.Denominator}");
        if (!s_files.TryGetValue(name + file.Container, out NextFile? next))
        {
            // A Matroska file declares its frame rate. In the other containers the rate is found from the times, and here it varies.
            List<ClockTime> shown = [.. Enumerable.Range(0, 250).Select(i => ClockTime.FromMilliseconds((40 * i) + (file.Container == "mkv" ? 0 : i % 2 * 20)))];
            MediaScript script = file.Within(MediaScript.Shown(shown, ClockTime.FromSeconds(10), 12, between, file.SoundStep));
            s_files[name + file.Container] = next = new NextFile(file.Write(name, script, Mark.Next, rate), script);
        }

        return next;
    }
}
