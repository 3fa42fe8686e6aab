using RetroVue.Media.Elements.MpegTs;
using RetroVue.Media.FFmpeg.Containers;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Testing;
using RetroVue.Media.Time;

namespace RetroVue.Media.FFmpeg.Tests.Support;

/// <summary>Copies a file's picture and sound into another container, in simulated time.</summary>
internal static class Copying
{
    /// <param name="source">The file to read.</param>
    /// <param name="target">The file to write. Its extension names the container, unless the options do.</param>
    /// <param name="options">The options of the muxer.</param>
    /// <param name="change">Changes the formats on the way; null for no change.</param>
    /// <returns>The number of packets that were repaired, and the number that were left out.</returns>
    public static (long Repaired, long LeftOut) Run(string source, string target, FileMuxerOptions? options = null, Func<EncodedFormat, EncodedFormat>? change = null)
    {
        var executor = new SimulatedExecutor();
        var pipeline = new Pipeline(new PipelineOptions { Executor = executor });
        try
        {
            var demuxer = pipeline.Add(new FileDemuxer("demuxer", source));
            demuxer.Open();
            var muxer = pipeline.Add(new FileMuxer("muxer", target, options));
            foreach (var output in demuxer.Outputs)
            {
                if (change is null)
                {
                    pipeline.Link(output, muxer.AddStream(output.Name));
                    continue;
                }

                var changer = pipeline.Add(new Changer($"change {output.Name}", change));
                pipeline.Link(output, changer.Inputs[0]);
                pipeline.Link(changer.Outputs[0], muxer.AddStream(output.Name));
            }

            executor.RunUntilCompleted(pipeline.RunAsync(), ClockTime.FromSeconds(1));
            return (muxer.RepairedPackets, muxer.DroppedPackets + muxer.UntimedBuffers);
        }
        finally
        {
            executor.RunUntilCompleted(pipeline.DisposeAsync().AsTask(), ClockTime.FromSeconds(2));
        }
    }

    /// <summary>
    /// Copies a file into another container, in the folder of made files. "own.ts" is a transport stream by this library's own muxer, which
    /// must lose nothing.
    /// </summary>
    public static string To(string file, string container)
    {
        string target = Path.Combine(MadeMedia.Folder, $"{Path.GetFileName(file)}.copy.{container}");
        if (container.StartsWith("own.", StringComparison.Ordinal))
        {
            (_, long leftOut) = RunAsTransportStream(file, target);
            Assert.That(leftOut, Is.Zero);
        }
        else
        {
            Run(file, target);
        }

        return target;
    }

    /// <summary>Copies a file into a transport stream with this library's own muxer.</summary>
    /// <returns>The number of packets that were repaired, and the number that were left out.</returns>
    public static (long Repaired, long LeftOut) RunAsTransportStream(string source, string target)
    {
        using var file = File.Create(target);
        var executor = new SimulatedExecutor();
        var pipeline = new Pipeline(new PipelineOptions { Executor = executor });
        try
        {
            var demuxer = pipeline.Add(new FileDemuxer("demuxer", source));
            demuxer.Open();
            // Times count from zero on. Clock references begin before that, so the muxer gets an offset.
            var muxer = pipeline.Add(new TransportStreamMuxer("muxer", offset: ClockTime.FromSeconds(10)));
            foreach (var output in demuxer.Outputs)
            {
                pipeline.Link(output, muxer.AddTrack());
            }

            pipeline.Link(muxer, pipeline.Add(new CollectingSink("file", chunk => file.Write(chunk.Data))));
            executor.RunUntilCompleted(pipeline.RunAsync(), ClockTime.FromSeconds(1));
            return (muxer.RepairedPackets, muxer.DroppedPackets + muxer.UntimedBuffers);
        }
        finally
        {
            executor.RunUntilCompleted(pipeline.DisposeAsync().AsTask(), ClockTime.FromSeconds(2));
        }
    }

    private sealed class Changer : Element
    {
        private readonly Func<EncodedFormat, EncodedFormat> _change;

        public Changer(string name, Func<EncodedFormat, EncodedFormat> change)
            : base(name)
        {
            _change = change;
            AddInput();
            AddOutput();
        }

        protected override void OnBuffer(InputPad input, MediaBuffer buffer) => Outputs[0].Push(buffer);

        protected override void OnEvent(InputPad input, MediaEvent mediaEvent) =>
            Forward(mediaEvent is FormatChanged { Format: EncodedFormat format } ? new FormatChanged(_change(format)) : mediaEvent);
    }
}
