using RetroVue.Benchmarks.Elements;
using RetroVue.Media.Clocks;
using RetroVue.Media.Elements.MpegTs;
using RetroVue.Media.FFmpeg.Containers;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Benchmarks.Rows;

/// <summary>Measures the copying of a whole file into a transport stream that is discarded, from opening to closing.</summary>
internal static class RemuxRow
{
    public static async Task<string> MeasureAsync(string[] arguments)
    {
        string file = Arguments.File(arguments, 0);
        int times = Arguments.Count(arguments, 1, 3);
        long packets = 0;
        await WarmUp.RunAsync(async () => packets = await CopyAsync(file));

        ClockTime wall = SystemClock.Instance.Now;
        double cpu = Figures.CpuNanoseconds;
        for (int i = 0; i < times; i++)
        {
            await CopyAsync(file);
        }

        double total = (double)packets * times;
        cpu = Figures.CpuNanoseconds - cpu;
        wall = SystemClock.Instance.Now - wall;
        return string.Join(
            ' ',
            Figures.Pair("cpu_ns_per_packet", cpu / total, 0),
            Figures.Pair("packets_per_s", total * 1e9 / wall.Nanoseconds, 0),
            Figures.Pair("packets", packets, 0));
    }

    private static async Task<long> CopyAsync(string file)
    {
        await using var pipeline = new Pipeline();
        FileDemuxer demuxer = pipeline.Add(new FileDemuxer("demuxer", file));
        TransportStreamMuxer muxer = pipeline.Add(new TransportStreamMuxer("muxer"));
        CountingSink sink = pipeline.Add(new CountingSink("sink"));
        demuxer.Open();
        List<PacketCount> counts = [];
        foreach (OutputPad output in demuxer.Outputs)
        {
            PacketCount count = pipeline.Add(new PacketCount($"count-{output.Name}"));
            counts.Add(count);
            pipeline.Link(output, count.Inputs[0]);
            pipeline.Link(count.Outputs[0], muxer.AddTrack());
        }

        pipeline.Link(muxer, sink);
        await pipeline.RunAsync();
        return counts.Sum(count => count.Packets);
    }
}
