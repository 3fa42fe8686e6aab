using RetroVue.Media.FFmpeg.Containers;
using RetroVue.Media.FFmpeg.Tests.Corpus;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Testing;
using RetroVue.Media.Time;

namespace RetroVue.Media.FFmpeg.Tests.Containers;

public sealed class DemuxAllocationTests
{
    [Test]
    public void Warm_demuxing_and_muxing_allocate_nothing_for_a_packet()
    {
        var executor = new SimulatedExecutor();
        var pipeline = new Pipeline(new PipelineOptions { Executor = executor });
        var demuxer = pipeline.Add(new FileDemuxer("demuxer", MediaCorpus.File("long.mp4")));
        demuxer.Open();
        var muxer = pipeline.Add(new FileMuxer("muxer", Path.Combine(MediaCorpus.Folder, "allocation.ts")));
        var meter = pipeline.Add(new Meter("meter"));
        pipeline.Link(demuxer.VideoOutput!, meter.Inputs[0]);
        pipeline.Link(meter.Outputs[0], muxer.AddStream("video"));
        pipeline.Link(demuxer.AudioOutput!, muxer.AddStream("audio"));
        executor.RunUntilCompleted(pipeline.RunAsync(), ClockTime.FromSeconds(1));
        executor.RunUntilCompleted(pipeline.DisposeAsync().AsTask(), ClockTime.FromSeconds(1));
        // The measurement is between the pictures 400 and 900, each with about two packets of sound. All buffers and objects have been made
        // by then.
        Assert.That(meter.Allocated, Is.Zero);
    }

    /// <summary>Counts the bytes that this thread allocates between two pictures. The simulation has no other thread.</summary>
    private sealed class Meter : Element
    {
        private int _pictures;
        private long _before;

        public Meter(string name)
            : base(name)
        {
            AddInput();
            AddOutput();
        }

        public long Allocated { get; private set; } = -1;

        protected override void OnBuffer(InputPad input, MediaBuffer buffer)
        {
            switch (++_pictures)
            {
                case 400:
                    _before = GC.GetAllocatedBytesForCurrentThread();
                    break;
                case 900:
                    Allocated = GC.GetAllocatedBytesForCurrentThread() - _before;
                    break;
            }

            Outputs[0].Push(buffer);
        }
    }
}
