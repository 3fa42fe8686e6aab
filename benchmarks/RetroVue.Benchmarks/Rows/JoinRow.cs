using RetroVue.Media.FFmpeg.Containers;
using RetroVue.Runtime.Output;
using Duration = NodaTime.Duration;

namespace RetroVue.Benchmarks.Rows;

/// <summary>
/// Measures how long a channel's first viewer waits for the first key frame, in copy mode and in the middle of a long file.
/// </summary>
internal static class JoinRow
{
    private static readonly Duration s_step = Duration.FromSeconds(7);

    public static async Task<string> MeasureAsync(string[] arguments)
    {
        bool isWarm = arguments switch
        {
            ["warm", ..] => true,
            ["cold", ..] => false,
            _ => throw new UsageException("The first argument must be 'cold' or 'warm'."),
        };
        string file = Arguments.File(arguments, 1);
        int seconds = Arguments.Count(arguments, 2, 1800);
        if (!isWarm)
        {
            // A station that has aired other files of this kind, but has never opened this one.
            string other = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(file))!, "ten-minutes.mp4");
            await using var others = new JoinedChannel(other, FormatsOf(other), seconds % 300);
            await WarmUp.RunAsync(others.JoinAsync);
            await using var channel = new JoinedChannel(file, FormatsOf(other), seconds);
            return Figures.Pair("wall_ns", (await channel.JoinAsync()).Nanoseconds, 0);
        }

        await using var warm = new JoinedChannel(file, FormatsOf(file), seconds);
        await WarmUp.RunAsync(warm.JoinAsync);
        double[] took = new double[Arguments.Count(arguments, 3, 15)];
        for (int i = 0; i < took.Length; i++)
        {
            warm.StepForward(s_step);
            took[i] = (await warm.JoinAsync()).Nanoseconds;
        }

        return Figures.Pair("wall_ns", Figures.Median(took), 0);
    }

    private static ChannelFormats FormatsOf(string file)
    {
        using var demuxer = new FileDemuxer("probe", file);
        demuxer.Open();
        return new ChannelFormats(demuxer.Info.Video?.Format, demuxer.Info.Audio?.Format);
    }
}
