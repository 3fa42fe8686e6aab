using NodaTime;
using RetroVue.Media.FFmpeg.Codecs;
using RetroVue.Media.FFmpeg.Containers;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Testing;
using RetroVue.Media.Time;
using RetroVue.Runtime.Output;
using RetroVue.Runtime.Producers;
using RetroVue.Runtime.Schedules;

namespace RetroVue.Runtime.Tests.Output;

public sealed class ChannelSinkTests
{
    /// <summary>
    /// Builds an input with a pipeline that feeds it with raw pictures and silence, as fast as it takes them, from zero to a time.
    /// </summary>
    private static (Pipeline Pipeline, ChannelSink Input) Feed(SimulatedExecutor executor, ClockTime length, ClockTime until)
    {
        var pipeline = new Pipeline(new PipelineOptions { Executor = executor });
        var source = pipeline.Add(new SlateSource("source", new SlateOptions
        {
            Video = new VideoFormat(PixelFormat.Yuv420P, 320, 180, new Rational(25, 1)),
            Audio = new AudioFormat(SampleFormat.F32Planar, 48_000, ChannelLayout.Stereo),
            Epoch = ChannelLine.DefaultEpoch,
            Zone = DateTimeZone.Utc,
            From = ClockTime.Zero,
            Until = length,
            Name = "Test",
            NextTitle = "Next",
            NextStart = ChannelLine.DefaultEpoch,
        }));
        var input = new ChannelSink("channel", ClockTime.Zero, until, ClockTime.FromMilliseconds(250));
        pipeline.Add(input);
        pipeline.Link(source.VideoOutput!, input.AddStream(MediaKind.Video));
        pipeline.Link(source.AudioOutput!, input.AddStream(MediaKind.Audio));
        return (pipeline, input);
    }

    [Test]
    public async Task Item_that_waits_for_its_turn_holds_no_more_than_its_read_ahead()
    {
        var executor = new SimulatedExecutor();
        (Pipeline pipeline, ChannelSink input) = Feed(executor, ClockTime.FromSeconds(60), ClockTime.FromSeconds(60));
        await using (pipeline)
        {
            await pipeline.StartAsync();
            executor.RunFor(ClockTime.FromMilliseconds(1));
            // A quarter of a second is 7 pictures. One or two more come until there is as much sound.
            Assert.That(input.Covers(ClockTime.FromMilliseconds(240)), Is.True);
            Assert.That(input.Covers(ClockTime.FromMilliseconds(400)), Is.False);
            input.Discard();
        }

        Assert.That(MediaBuffer.LiveCount, Is.Zero);
    }

    [Test]
    public async Task Output_is_woken_only_for_what_it_has_looked_for_in_vain()
    {
        var executor = new SimulatedExecutor();
        (Pipeline pipeline, ChannelSink input) = Feed(executor, ClockTime.FromSeconds(60), ClockTime.FromSeconds(60));
        int wakes = 0;
        input.Arrived = () => wakes++;
        await using (pipeline)
        {
            await pipeline.StartAsync();
            // Formats and segments wake the output too.
            int begun = wakes;
            executor.RunFor(ClockTime.FromMilliseconds(1));
            Assert.That(input.Covers(ClockTime.FromMilliseconds(240)), Is.True);
            Assert.That(wakes, Is.LessThanOrEqualTo(begun + 4), "The output does not wait for what comes.");
            Look(() => input.Covers(ClockTime.FromMilliseconds(600)));
            Look(() => input.Covers(MediaKind.Video, ClockTime.FromMilliseconds(900)));
            while (input.TryTake(MediaKind.Video, ClockTime.FromSeconds(3)) is { } taken)
            {
                taken.Release();
            }

            Look(() => input.TryTake(MediaKind.Video, ClockTime.FromSeconds(3))?.Buffer is { } buffer && Release(buffer));
            input.Discard();
        }

        Assert.That(MediaBuffer.LiveCount, Is.Zero);

        void Look(Func<bool> isThere)
        {
            int before = wakes;
            Assert.That(isThere(), Is.False);
            executor.RunFor(ClockTime.FromMilliseconds(1));
            Assert.That(wakes, Is.GreaterThan(before));
            Assert.That(isThere(), Is.True);
        }

        static bool Release(MediaBuffer buffer)
        {
            buffer.Release();
            return true;
        }
    }

    [Test]
    public async Task Stream_that_reaches_the_items_end_wakes_the_output_and_ends_the_pipeline()
    {
        var executor = new SimulatedExecutor();
        // The source goes on for a day, so only the item's end can end the pipeline.
        (Pipeline pipeline, ChannelSink input) = Feed(executor, ClockTime.FromSeconds(86_400), ClockTime.FromSeconds(1));
        var coveredWhenWoken = false;
        var before = ClockTime.FromSeconds(2);
        input.Arrived = () =>
        {
            coveredWhenWoken = input.Covers(before);
            foreach (MediaKind kind in new[] { MediaKind.Video, MediaKind.Audio })
            {
                while (input.TryTake(kind, before) is { } item)
                {
                    item.Release();
                }
            }
        };
        await using (pipeline)
        {
            Task run = pipeline.RunAsync();
            executor.RunUntilCompleted(run, ClockTime.FromSeconds(1));
            Assert.That(run.IsCompletedSuccessfully, Is.True);
            Assert.That(coveredWhenWoken, Is.True);
        }

        Assert.That(MediaBuffer.LiveCount, Is.Zero);
    }

    [Test]
    public async Task Item_that_is_discarded_wakes_the_output_that_waits_for_it()
    {
        var executor = new SimulatedExecutor();
        (Pipeline pipeline, ChannelSink input) = Feed(executor, ClockTime.FromSeconds(60), ClockTime.FromSeconds(60));
        await using (pipeline)
        {
            await pipeline.StartAsync();
            executor.RunFor(ClockTime.FromMilliseconds(1));
            var isWoken = false;
            input.Arrived = () => isWoken = true;
            input.Discard();
            Assert.That(isWoken, Is.True);
        }
    }

    [Test]
    public async Task Input_that_nobody_takes_from_keeps_a_fifth_of_a_second_and_no_more()
    {
        string file = await TestFiles.MakeAsync(new Rational(25, 1), 25 * 20);
        var executor = new SimulatedExecutor();
        var pipeline = new Pipeline(new PipelineOptions { Executor = executor });
        FileDemuxer demuxer = pipeline.Add(new FileDemuxer("file", file));
        demuxer.Open();
        ChannelSink input = pipeline.Add(new ChannelSink("channel", ClockTime.Zero, ClockTime.FromSeconds(20)));
        pipeline.Link(demuxer.VideoOutput!, input.AddStream(MediaKind.Video));
        pipeline.Link(demuxer.AudioOutput!, input.AddStream(MediaKind.Audio));
        long before = MediaBuffer.LiveCount;
        Task start = pipeline.StartAsync();
        executor.RunFor(ClockTime.FromSeconds(10));
        await start;
        // 200 ms are 5 pictures and 10 frames of sound. The MP4 file interleaves its streams in stretches of up to half a second, so there
        // may be more of one.
        Assert.That(MediaBuffer.LiveCount - before, Is.InRange(14, 60));
        Task stop = pipeline.DisposeAsync().AsTask();
        executor.RunUntilCompleted(stop, executor.Clock.Now + ClockTime.FromSeconds(1));
        input.Discard();
        Assert.That(MediaBuffer.LiveCount, Is.EqualTo(before));
    }

    [Test]
    public async Task Pictures_of_an_item_whose_sound_ends_early_do_not_pile_up()
    {
        string whole = await TestFiles.MakeAsync(new Rational(25, 1), 25 * 60);
        string file = MadeMedia.Make("short-sound.mp4", $"-t 4 -i {whole} -i {whole} -map 0:a -map 1:v -c copy");
        var executor = new SimulatedExecutor();
        var pipeline = new Pipeline(new PipelineOptions { Executor = executor });
        FileDemuxer demuxer = pipeline.Add(new FileDemuxer("file", file));
        demuxer.Open();
        ChannelSink input = pipeline.Add(new ChannelSink("channel", ClockTime.Zero, ClockTime.FromSeconds(60), ClockTime.FromMilliseconds(250)));
        Decoder pictures = pipeline.Add(new Decoder("pictures"));
        pipeline.Link(demuxer.VideoOutput!, pictures.Inputs[0]);
        pipeline.Link(pictures.Outputs[0], input.AddStream(MediaKind.Video));
        pipeline.Link(demuxer.AudioOutput!, input.AddStream(MediaKind.Audio));
        Task start = pipeline.StartAsync();
        executor.RunFor(ClockTime.FromSeconds(1));
        await start;
        long most = 0;
        for (ClockTime time = ClockTime.Zero; time < ClockTime.FromSeconds(60); time += ClockTime.FromMilliseconds(100))
        {
            most = Math.Max(most, MediaBuffer.LiveCount);
            Assert.That(input.Covers(time), Is.True, $"The output need not wait at {time}.");
            foreach (MediaKind kind in new[] { MediaKind.Video, MediaKind.Audio })
            {
                while (input.TryTake(kind, time) is { } item)
                {
                    item.Release();
                }
            }

            executor.RunFor(ClockTime.FromMilliseconds(1));
        }

        // The streams of a file may lie three seconds apart. That is 75 pictures; the file has 1500.
        Assert.That(most, Is.LessThan(4 * 25 + 20));
        Task stop = pipeline.DisposeAsync().AsTask();
        executor.RunUntilCompleted(stop, executor.Clock.Now + ClockTime.FromSeconds(1));
        input.Discard();
        Assert.That(MediaBuffer.LiveCount, Is.Zero);
    }
}
