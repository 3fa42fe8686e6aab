using System.Runtime.InteropServices;
using NodaTime;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Testing;
using RetroVue.Media.Time;
using RetroVue.Runtime.Output;
using RetroVue.Runtime.Producers;
using RetroVue.Runtime.Time;
using Duration = NodaTime.Duration;

namespace RetroVue.Runtime.Tests.Output.AnyInput;

/// <summary>The pictures and the sound that a transcoded channel makes of an item and the next one, before they are encoded.</summary>
/// <param name="Frames">The pictures, each with its time and the number that it shows.</param>
/// <param name="Blocks">The sound.</param>
/// <param name="Rate">The number of pictures a second.</param>
/// <param name="End">The time at which the next item begins.</param>
internal sealed record AiredGrid(
    List<(ClockTime Pts, int Number)> Frames,
    List<(ClockTime Pts, float[] Samples)> Blocks,
    Rational Rate,
    ClockTime End)
{
    /// <summary>The instant at which the item begins.</summary>
    public static Instant Start { get; } = ChannelLine.DefaultEpoch + Duration.FromHours(1);

    /// <summary>The same instant on the channel's line.</summary>
    public static ClockTime Zero { get; } = ClockTime.FromSeconds(3600);

    /// <summary>
    /// Airs an item and the next one, from a time after the item's beginning until five seconds after the beginning of the next.
    /// </summary>
    /// <param name="profile">The channel's pictures and sound.</param>
    /// <param name="length">The time for which the item is scheduled.</param>
    /// <param name="join">The time from the item's beginning to the channel's beginning.</param>
    /// <param name="open">Opens the item, or the next one if its argument is true.</param>
    /// <param name="read">Reads the number of a picture.</param>
    public static AiredGrid Watch(
        RawFormats profile, ClockTime length, ClockTime join, Func<PipelineOptions, ChannelLine, bool, Task<ItemPlayer>> open, Func<MediaBuffer, int> read)
    {
        // With a synchronization context of the test runner, continuations would run on the thread pool and not in the simulation.
        SynchronizationContext.SetSynchronizationContext(null);
        var executor = new SimulatedExecutor(ClockTime.FromSeconds(10));
        var options = new PipelineOptions { Executor = executor };
        var line = new ChannelLine(new MasterClock(executor.Clock, Start + Duration.FromNanoseconds(join.Nanoseconds)).AsClock(), ChannelLine.DefaultEpoch);
        var feeds = new FeedSwitcher();
        var feed = new ChannelFeed("items", line, executor.CreateCompletion());
        feeds.SwitchAt(feed, Zero, line.Now, ClockTime.Zero);
        var channel = new Pipeline(options);
        GridSource grid = channel.Add(new GridSource("grid", line, profile, feeds));
        // As before the output of a channel: media is taken half a second before it is shown, and little more is kept.
        ChannelSink made = channel.Add(new ChannelSink("made", -ClockTime.MaxValue, ClockTime.MaxValue, ClockTime.FromMilliseconds(250)));
        channel.Link(grid.Video!, made.AddStream(MediaKind.Video));
        channel.Link(grid.Audio!, made.AddStream(MediaKind.Audio));
        List<(ClockTime Pts, int Number)> frames = [];
        List<(ClockTime Pts, float[] Samples)> blocks = [];
        ClockTime end = Zero + length;
        ItemPlayer first = Open(false);
        feed.SwitchAt(first.Sink, Zero);
        Task run = Task.CompletedTask;
        if (end - line.Now > ClockTime.FromSeconds(2))
        {
            Run();
            WatchUntil(end - ClockTime.FromSeconds(2));
        }

        // As a producer does, the test opens the next item two seconds before its time, or together with the first item if that is too
        // late.
        ItemPlayer second = Open(true);
        feed.SwitchAt(second.Sink, end);
        Run();
        WatchUntil(end + ClockTime.FromSeconds(5));
        foreach (IAsyncDisposable used in new IAsyncDisposable[] { channel, first, second })
        {
            Complete(used.DisposeAsync().AsTask());
        }

        made.Discard();
        Assert.That(run.IsFaulted, Is.False, run.Exception?.ToString());
        return new AiredGrid(frames, blocks, profile.Video!.FrameRate, end);

        void Run()
        {
            if (run.IsCompleted)
            {
                Complete(channel.StartAsync());
                run = channel.RunAsync();
            }
        }

        void WatchUntil(ClockTime until)
        {
            while (line.Now < until)
            {
                executor.RunFor(ClockTime.FromMilliseconds(80));
                while (made.TryTake(MediaKind.Video, line.Now + ClockTime.FromMilliseconds(540)) is { } item)
                {
                    if (item.Buffer is { } frame)
                    {
                        frames.Add((frame.Pts, read(frame)));
                        frame.Release();
                    }
                }

                while (made.TryTake(MediaKind.Audio, line.Now + ClockTime.FromMilliseconds(540)) is { } item)
                {
                    if (item.Buffer is { } block)
                    {
                        blocks.Add((block.Pts, MemoryMarshal.Cast<byte, float>(block.Data).ToArray()));
                        block.Release();
                    }
                }
            }
        }

        ItemPlayer Open(bool isNext)
        {
            Task<ItemPlayer> player = open(options, line, isNext);
            Complete(player);
            return player.GetAwaiter().GetResult();
        }

        void Complete(Task task) => executor.RunUntilCompleted(task, executor.Clock.Now + ClockTime.FromSeconds(10));
    }

    /// <summary>Asserts that pictures and sound go on to the end, and that each picture is one step after the one before.</summary>
    public void AssertGoesOn()
    {
        ClockTime until = End + ClockTime.FromSeconds(5);
        Assert.That(Frames[^1].Pts, Is.GreaterThan(until), "pictures go on");
        Assert.That(Blocks[^1].Pts, Is.GreaterThan(until - ClockTime.FromMilliseconds(200)), "sound goes on");
        long first = Frames[0].Pts.ToUnits(Rate.Inverse);
        for (int i = 0; i < Frames.Count; i++)
        {
            Assert.That(Frames[i].Pts, Is.EqualTo(ClockTime.FromUnits(first + i, Rate.Inverse)), "one frame a step");
        }
    }

    /// <summary>Asserts that each frame shows the nearest picture of both items.</summary>
    /// <param name="pictures">The pictures in the order of their times: when each is shown, its number, and whether it may be
    /// missing.</param>
    /// <param name="none">The number that is read in a black picture.</param>
    /// <param name="from">The time from which frames are checked.</param>
    public void AssertPictures((ClockTime Pts, int Number, bool MayBeMissing)[] pictures, int none, ClockTime from)
    {
        ClockTime frame = ClockTime.FromUnits(1, Rate.Inverse);
        foreach ((ClockTime pts, int number) in Frames)
        {
            if (pts + (frame / 2) <= from)
            {
                continue;
            }

            // The nearest picture is due. If pictures begin within 2 ms of the boundary, any of these may be shown, because their times are
            // rounded.
            ClockTime early = pts + (frame / 2) - ClockTime.FromMilliseconds(2), late = pts + (frame / 2);
            List<int> due = [.. pictures.Where(picture => picture.Pts >= early && picture.Pts < late).Select(picture => picture.Number)];
            int last = Array.FindLastIndex(pictures, picture => picture.Pts < early);
            for (; last >= 0 && pictures[last].MayBeMissing; last--)
            {
                due.Add(pictures[last].Number);
                // Pictures that were shown before the channel began are not decoded.
                if (pictures[last].Pts <= from)
                {
                    due.Add(none);
                }
            }

            due.Add(last < 0 ? none : pictures[last].Number);
            Assert.That(number, Is.AnyOf([.. due.Cast<object>()]), $"picture at {pts - Zero}, the first at {Frames[0].Pts - Zero}, the next item's at {End - Zero}");
        }
    }
}
