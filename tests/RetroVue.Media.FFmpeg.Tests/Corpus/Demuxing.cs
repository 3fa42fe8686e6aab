using RetroVue.Media.Elements.Probes;
using RetroVue.Media.FFmpeg.Containers;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Testing;
using RetroVue.Media.Time;

namespace RetroVue.Media.FFmpeg.Tests.Corpus;

/// <summary>The output of a demuxer that ran to its end.</summary>
internal sealed record Demuxing(
    MediaInfo Info,
    Segment Segment,
    TimestampRecord[] Video,
    TimestampRecord[] Audio,
    long CorruptPackets,
    IReadOnlyList<PipelineEvent> Events)
{
    public static Demuxing Run(string path, FileDemuxerOptions? options = null, Action? opened = null)
    {
        var executor = new SimulatedExecutor();
        var pipeline = new Pipeline(new PipelineOptions { Executor = executor });
        try
        {
            var demuxer = pipeline.Add(new FileDemuxer("demuxer", path, options));
            demuxer.Open();
            opened?.Invoke();
            var video = Probe(pipeline, demuxer.VideoOutput, "video");
            var audio = Probe(pipeline, demuxer.AudioOutput, "audio");
            executor.RunUntilCompleted(pipeline.RunAsync(), ClockTime.FromSeconds(1));
            var events = new List<PipelineEvent>();
            while (pipeline.Events.TryRead(out var seen))
            {
                events.Add(seen);
            }

            return new Demuxing(
                demuxer.Info, demuxer.Segment, video?.Snapshot() ?? [], audio?.Snapshot() ?? [], demuxer.CorruptPackets, events);
        }
        finally
        {
            executor.RunUntilCompleted(pipeline.DisposeAsync().AsTask(), ClockTime.FromSeconds(2));
        }
    }

    private static TimestampProbe? Probe(Pipeline pipeline, OutputPad? output, string name)
    {
        if (output is null)
        {
            return null;
        }

        var probe = pipeline.Add(new TimestampProbe(name, int.MaxValue));
        pipeline.Link(output, probe.Inputs[0]);
        return probe;
    }
}
