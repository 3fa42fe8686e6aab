using NodaTime;
using RetroVue.Runtime.Schedules;

namespace RetroVue.Runtime.Tests.Channels.Splices;

/// <summary>A part of a file in a schedule.</summary>
/// <param name="File">The file.</param>
/// <param name="In">The position in the file at which the part begins.</param>
/// <param name="Length">The time that the part is on the air.</param>
internal sealed record SpliceItem(string File, Duration In, Duration Length)
{
    /// <summary>Makes a part from its position and its length, in milliseconds.</summary>
    public static SpliceItem Of(string file, int from, int length) =>
        new(file, Duration.FromMilliseconds(from), Duration.FromMilliseconds(length));

    public ScheduleItem Scheduled => ScheduleItem.Programme(File, Path.GetFileNameWithoutExtension(File), Length) with { Offset = In };

    public override string ToString() =>
        FormattableString.Invariant($"{Path.GetFileName(File)} from {In.TotalSeconds:0.###} for {Length.TotalSeconds:0.###} s");
}
