using NodaTime;
using RetroVue.Runtime.Schedules;

namespace RetroVue.Runtime.Tests.Channels.Seams;

/// <summary>A stretch of a file in a schedule.</summary>
/// <param name="File">The file.</param>
/// <param name="In">Where in the file it begins.</param>
/// <param name="Length">How long it airs.</param>
internal sealed record SeamItem(string File, Duration In, Duration Length)
{
    /// <summary>A stretch in milliseconds.</summary>
    public static SeamItem Of(string file, int from, int length) =>
        new(file, Duration.FromMilliseconds(from), Duration.FromMilliseconds(length));

    public ScheduleItem Scheduled => ScheduleItem.Programme(File, Path.GetFileNameWithoutExtension(File), Length) with { Offset = In };

    public override string ToString() =>
        FormattableString.Invariant($"{Path.GetFileName(File)} from {In.TotalSeconds:0.###} for {Length.TotalSeconds:0.###} s");
}
