using RetroVue.Media.FFmpeg.Containers;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Testing;
using RetroVue.Media.Time;
using RetroVue.Runtime.Output;

namespace RetroVue.Runtime.Tests.Output;

public sealed class ChannelInputTests
{
    [Test]
    public async Task Input_that_nobody_takes_from_keeps_two_seconds_and_no_more()
    {
        string file = await TestFiles.MakeAsync(new Rational(25, 1), 25 * 20);
        var executor = new SimulatedExecutor();
        var pipeline = new Pipeline(new PipelineOptions { Executor = executor });
        FileDemuxer demuxer = pipeline.Add(new FileDemuxer("file", file));
        demuxer.Open();
        ChannelInput input = pipeline.Add(new ChannelInput("channel", ClockTime.Zero, ClockTime.FromSeconds(20)));
        pipeline.Link(demuxer.VideoOutput!, input.AddStream(MediaKind.Video));
        pipeline.Link(demuxer.AudioOutput!, input.AddStream(MediaKind.Audio));
        long before = MediaBuffer.LiveCount;
        Task start = pipeline.StartAsync();
        executor.RunFor(ClockTime.FromSeconds(10));
        await start;
        // Two seconds are 50 pictures and 94 frames of sound; MP4 interleaves in stretches of up to half a second.
        Assert.That(MediaBuffer.LiveCount - before, Is.InRange(140, 220));
        Task stop = pipeline.DisposeAsync().AsTask();
        executor.RunUntilCompleted(stop, executor.Clock.Now + ClockTime.FromSeconds(1));
        input.Discard();
        Assert.That(MediaBuffer.LiveCount, Is.EqualTo(before));
    }
}
