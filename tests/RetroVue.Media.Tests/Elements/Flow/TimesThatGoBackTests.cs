using RetroVue.Media.Pipelines;
using RetroVue.Media.Testing;
using RetroVue.Media.Tests.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.Tests.Elements.Flow;

/// <summary>The times of a muxer's inputs go back and stay there, as in recordings that were begun anew.</summary>
public sealed class TimesThatGoBackTests
{
    [Test]
    public void Streams_that_go_back_go_on_after_what_came_before_by_one_and_the_same_shift()
    {
        // There is a picture every 40 ms and sound every 20 ms. After 2 s both begin again at zero.
        RecordingMuxer muxer = Run([.. Section(0, 2000), .. Section(0, 2000)]);
        long[] pictures = TimesOf(muxer, "0"), sound = TimesOf(muxer, "1");
        Assert.That(pictures, Is.EqualTo(Enumerable.Range(0, 100).Select(i => 40L * i)));
        Assert.That(sound, Is.EqualTo(Enumerable.Range(0, 200).Select(i => 20L * i)));
        Assert.That(muxer.Times.Select(taken => taken.Time), Is.Ordered, "no buffer waits for one with a new time");
        Assert.That(muxer.WentBack, Is.EqualTo(1));
    }

    [Test]
    public void Stream_that_ends_later_than_the_one_that_goes_back_first_loses_nothing_and_they_stay_together()
    {
        // The sound of the first recording is half a second longer than its pictures.
        (int, object)[] first = [.. Section(0, 2000), .. Enumerable.Range(100, 25).Select(i => (1, (object)Ms(20 * i)))];
        RecordingMuxer muxer = Run([.. first, .. Section(0, 2000)]);
        long[] pictures = TimesOf(muxer, "0"), sound = TimesOf(muxer, "1");
        Assert.That(sound, Is.EqualTo(Enumerable.Range(0, 225).Select(i => 20L * i)));
        Assert.That(pictures[^1], Is.EqualTo(sound[^2]), "the last picture belongs to the last sound but one");
        Assert.That(pictures, Is.Ordered.And.Unique);
    }

    [Test]
    public void Single_buffer_that_goes_back_moves_nothing()
    {
        RecordingMuxer muxer = Run([(0, Ms(0)), (1, Ms(0)), (0, Ms(1000)), (1, Ms(1000)), (0, Ms(200)), (0, Ms(1040)), (1, Ms(1020)), (0, Ms(1080)), (1, Ms(1040))]);
        Assert.That(TimesOf(muxer, "0"), Is.EqualTo([0L, 1000, 200, 1040, 1080]));
        Assert.That(muxer.Times.Select(taken => taken.Moved), Is.All.EqualTo(ClockTime.Zero));
    }

    // A faulty writer may declare such durations. The next buffer's time shows the true duration; for the last buffer, the step before it
    // does.
    [TestCase(1000, 67_108)]
    [TestCase(1960, 67_108)]
    [TestCase(1000, 30)]
    public void Duration_beyond_reason_does_not_move_what_goes_back(int at, int seconds)
    {
        (int Stream, object Time)[] first = [.. Section(0, 2000)];
        int wrong = Array.FindIndex(first, item => item.Stream == 0 && item.Time.Equals(Ms(at)));
        first[wrong] = (0, (Ms(at), ClockTime.FromSeconds(seconds)));
        RecordingMuxer muxer = Run([.. first, .. Section(0, 2000)]);
        long[] pictures = TimesOf(muxer, "0");
        Assert.That(pictures, Is.Ordered.And.Unique);
        Assert.That(pictures[50], Is.EqualTo(2000), "the first picture after the step back");
    }

    [Test]
    public void Times_that_repeat_move_nothing()
    {
        RecordingMuxer muxer = Run([.. Enumerable.Range(0, 50).Select(i => (0, (object)Ms(i is > 10 and < 30 ? 400 : 40 * i))), (1, Ms(0))]);
        Assert.That(muxer.Times, Has.Count.EqualTo(51));
        Assert.That(muxer.Times.Select(taken => taken.Moved), Is.All.EqualTo(ClockTime.Zero));
    }

    [Test]
    public void Times_that_go_back_again_and_again_stay_in_step() => RandomCases.Run(100, AnySections);

    [Test]
    [Category("Soak")]
    public void Ten_thousand_recordings_put_together_stay_in_step() => RandomCases.Run(10_000, AnySections);

    private static void AnySections(Random random)
    {
        List<(int, object)> script = [];
        List<(long[] Pictures, long[] Sound)> sections = [];
        for (int i = random.Next(1, 6); i > 0; i--)
        {
            // Each recording begins before the end of the one before, by more than the muxer takes as one line of times.
            int begin = random.Next(0, 1000), length = random.Next(1200, 5000), longerSound = random.Next(-400, 400);
            begin = sections.Count == 0 ? random.Next(0, 100_000) : (int)Math.Max(sections[^1].Pictures[^1], sections[^1].Sound[^1]) - 6000 - begin;
            (int Stream, object Time)[] section = [.. Section(begin, begin + length, longerSound)];
            script.AddRange(section.Select(item => (item.Stream, item.Time)));
            sections.Add((TimesIn(section, 0), TimesIn(section, 1)));
        }

        RecordingMuxer muxer = Run([.. script]);
        long[] pictures = TimesOf(muxer, "0"), sound = TimesOf(muxer, "1");
        Assert.That(pictures, Is.Ordered.And.Unique);
        Assert.That(sound, Is.Ordered.And.Unique);
        Assert.That(pictures, Has.Length.EqualTo(sections.Sum(section => section.Pictures.Length)));
        Assert.That(sound, Has.Length.EqualTo(sections.Sum(section => section.Sound.Length)));
        (int shown, int heard) = (0, 0);
        foreach ((long[] ownPictures, long[] ownSound) in sections)
        {
            (shown, heard) = (shown + ownPictures.Length, heard + ownSound.Length);
            Assert.That(pictures[shown - 1] - sound[heard - 1], Is.EqualTo(ownPictures[^1] - ownSound[^1]), "in step at each end");
        }
    }

    /// <summary>Returns pictures and sound in turn, as in a file.</summary>
    private static IEnumerable<(int Stream, object Time)> Section(int from, int to, int longerSound = 0)
    {
        for (int time = from; time < to + Math.Max(longerSound, 0); time += 20)
        {
            if (time < to && (time - from) % 40 == 0)
            {
                yield return (0, Ms(time));
            }

            if (time < to + longerSound)
            {
                yield return (1, Ms(time));
            }
        }
    }

    private static long[] TimesIn((int Stream, object Time)[] section, int stream) =>
        [.. section.Where(item => item.Stream == stream).Select(item => ((ClockTime)item.Time).Nanoseconds / 1_000_000)];

    private static long[] TimesOf(RecordingMuxer muxer, string stream) =>
        [.. muxer.Times.Where(taken => taken.Stream == stream).Select(taken => taken.Time.Nanoseconds / 1_000_000)];

    private static ClockTime Ms(long milliseconds) => ClockTime.FromMilliseconds(milliseconds);

    private static RecordingMuxer Run((int, object)[] script)
    {
        var executor = new SimulatedExecutor();
        var pipeline = new Pipeline(new PipelineOptions { Executor = executor });
        var source = pipeline.Add(new ScriptedSource("source", 2, script));
        var muxer = pipeline.Add(new RecordingMuxer("mux", 2));
        pipeline.Link(source.Outputs[0], muxer.Inputs[0]);
        pipeline.Link(source.Outputs[1], muxer.Inputs[1]);
        executor.RunUntilCompleted(pipeline.RunAsync(), ClockTime.FromSeconds(1));
        return muxer;
    }
}
