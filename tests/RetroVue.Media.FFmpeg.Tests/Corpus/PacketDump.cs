using System.Security.Cryptography;
using System.Text;
using RetroVue.Media.FFmpeg.Containers;
using RetroVue.Media.FFmpeg.Packets;
using RetroVue.Media.FFmpeg.Tests.Support;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Testing;
using RetroVue.Media.Time;

namespace RetroVue.Media.FFmpeg.Tests.Corpus;

/// <summary>The whole output of a demuxer as text, to compare two ways to the same place in a file.</summary>
/// <param name="Info">The description of the file.</param>
/// <param name="Lines">A line for each packet of each stream: times, flags, bytes and side data.</param>
internal sealed record PacketDump(MediaInfo Info, IReadOnlyList<string> Lines)
{
    /// <summary>Reads the part of a file that the options name, to its end.</summary>
    public static PacketDump Read(string path, FileDemuxerOptions options) => Read(path, options, int.MaxValue);

    /// <summary>Reads the part of a file that the options name, and stops in the middle after a number of packets.</summary>
    public static PacketDump Read(string path, FileDemuxerOptions options, int packets)
    {
        var executor = new SimulatedExecutor();
        var pipeline = new Pipeline(new PipelineOptions { Executor = executor });
        List<string> lines = [];
        try
        {
            var demuxer = pipeline.Add(new FileDemuxer("demuxer", path, options));
            demuxer.Open();
            foreach (var output in demuxer.Outputs)
            {
                pipeline.Link(output, pipeline.Add(new CollectingSink(output.Name, buffer => Add(output.Name, buffer))).Inputs[0]);
            }

            executor.RunUntilCompleted(pipeline.RunAsync(), ClockTime.FromSeconds(1));
            return new PacketDump(demuxer.Info, lines);
        }
        finally
        {
            executor.RunUntilCompleted(pipeline.DisposeAsync().AsTask(), ClockTime.FromSeconds(2));
        }

        void Add(string stream, MediaBuffer buffer)
        {
            lines.Add($"{stream} {buffer.Pts} {buffer.Dts} {buffer.Duration} {buffer.Flags} {Convert.ToHexString(SHA256.HashData(buffer.Data))}{SideData(buffer)}");
            if (lines.Count == packets)
            {
                _ = pipeline.StopAsync();
            }
        }
    }

    private static unsafe string SideData(MediaBuffer buffer)
    {
        var packet = ((PacketMemory)buffer.Memory).Packet;
        var text = new StringBuilder();
        for (var i = 0; i < packet->side_data_elems; i++)
        {
            var data = packet->side_data[i];
            text.Append(' ').Append(data.type).Append('=').Append(Convert.ToHexString(new ReadOnlySpan<byte>(data.data, (int)data.size)));
        }

        return text.ToString();
    }
}
