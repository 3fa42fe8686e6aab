using System.Globalization;
using Microsoft.Extensions.Logging;
using RetroVue.Media.FFmpeg.Codecs;
using RetroVue.Media.FFmpeg.Containers;
using RetroVue.Media.FFmpeg.Interop;
using RetroVue.Media.FFmpeg.Interop.Log;
using RetroVue.Media.FFmpeg.Native;
using RetroVue.Media.FFmpeg.Tests.Corpus;
using RetroVue.Media.FFmpeg.Tests.Support;
using RetroVue.Media.Testing;
using RetroVue.Media.Time;

namespace RetroVue.Media.FFmpeg.Tests.Interop;

[NonParallelizable]
public sealed class FFmpegLogTests
{
    private const int LineId = 2001;
    private const int LostId = 2002;
    private const int RepeatedId = 2003;
    private const string NoIndex = "moov atom not found";

    [OneTimeSetUp]
    public void Load()
    {
        FFmpegLoaderTests.LoadedFFmpegOrIgnore();
        try
        {
            FFmpegLibrary.LogTo(new LogCollector());
        }
        catch (FFmpegLibraryException exception)
        {
            Assert.Ignore(exception.Message);
        }
    }

    [TearDown]
    public void GiveBack() => FFmpegLibrary.LogTo(null);

    [Test]
    public void Error_of_FFmpegs_reaches_the_logger_with_its_component()
    {
        var log = new LogCollector();
        FFmpegLibrary.LogTo(log);
        ProbeFileWithoutIndex();
        FFmpegLibrary.LogTo(null);
        LoggedLine line = log.Lines.Single(line => line.Parameter("Text") == NoIndex);
        Assert.That((line.Level, line.Id), Is.EqualTo((LogLevel.Error, LineId)));
        Assert.That(line.Parameter("Component"), Is.EqualTo("mov,mp4,m4a,3gp,3g2,mj2"));
        Assert.That(line.Message, Is.EqualTo($"{line.Parameter("Component")}: {NoIndex}"));
    }

    [Test]
    public void Message_less_severe_than_wanted_is_left_out()
    {
        var log = new LogCollector();
        FFmpegLibrary.LogTo(log, LogLevel.Critical);
        ProbeFileWithoutIndex();
        Assert.That(LibAVUtil.av_log_get_level(), Is.EqualTo(LibAVUtil.AV_LOG_FATAL));
        FFmpegLibrary.LogTo(null);
        Assert.That(log.Lines, Is.Empty);
    }

    [TestCase(0, LogLevel.Critical)]
    [TestCase(8, LogLevel.Critical)]
    [TestCase(16, LogLevel.Error)]
    [TestCase(20, LogLevel.Warning)]
    [TestCase(24, LogLevel.Warning)]
    [TestCase(32, LogLevel.Information)]
    [TestCase(40, LogLevel.Debug)]
    [TestCase(48, LogLevel.Debug)]
    [TestCase(56, LogLevel.Trace)]
    public void Level_is_the_loggers_own_and_is_taken_from_there_on(int number, LogLevel level)
    {
        var (log, worse) = (new LogCollector(), new LogCollector());
        FFmpegLibrary.LogTo(log, level);
        FFmpegVoice.Say(number, "said");
        FFmpegLibrary.LogTo(worse, level + 1);
        FFmpegVoice.Say(number, "not heard");
        FFmpegLibrary.LogTo(null);
        Assert.That(log.Lines.Select(line => (line.Level, line.Message)), Is.EqualTo(new[] { (level, "FFmpeg: said") }));
        Assert.That(worse.Lines, Is.Empty);
    }

    [Test]
    public void Unknown_level_is_refused() =>
        Assert.That(() => FFmpegLibrary.LogTo(new LogCollector(), (LogLevel)99), Throws.TypeOf<ArgumentOutOfRangeException>());

    [Test]
    public void Logger_that_hangs_holds_up_no_thread_and_what_the_ring_cannot_keep_is_counted_once()
    {
        const int threads = 8;
        const int more = 100;
        using var entered = new ManualResetEventSlim();
        using var goOn = new ManualResetEventSlim();
        using var again = new ManualResetEventSlim();
        int logged = 0;
        var log = new LogCollector(_ =>
        {
            entered.Set();
            goOn.Wait();
            // This happens before the reader has taken all lines, so it counts as the same burst.
            if (++logged == 20)
            {
                Repeat(LogBridge.RV_FF_LINES, "too many");
                again.Set();
            }
        });
        FFmpegLibrary.LogTo(log);
        FFmpegVoice.Say(FFmpegVoice.Error, "first");
        entered.Wait();
        // The logger has taken the only line, so the ring is empty.
        AtOnce(threads, thread =>
        {
            for (int i = 0; i < LogBridge.RV_FF_LINES / threads; i++)
            {
                FFmpegVoice.Say(FFmpegVoice.Error, FormattableString.Invariant($"{thread} {i}"));
            }
        });
        Repeat(more, "too many");
        goOn.Set();
        again.Wait();
        FFmpegLibrary.LogTo(null);
        string?[] texts = [.. log.Lines.Where(line => line.Id == LineId).Select(line => line.Parameter("Text"))];
        string[] expected = [.. from thread in Enumerable.Range(0, threads) from i in Enumerable.Range(0, LogBridge.RV_FF_LINES / threads) select $"{thread} {i}"];
        Assert.That(texts.Skip(1).Take(expected.Length), Is.EquivalentTo(expected));
        LoggedLine loss = log.Lines.Single(line => line.Id == LostId);
        long lost = more + LogBridge.RV_FF_LINES - log.CountOf("too many");
        Assert.That((loss.Level, loss.Parameter("Count")), Is.EqualTo((LogLevel.Warning, lost.ToString(CultureInfo.InvariantCulture))));
        Assert.That(lost, Is.GreaterThan(more), "some of the later lines were lost too");
    }

    [Test]
    public void Line_that_repeats_is_logged_once_and_then_counted_each_ten_seconds_of_the_clock()
    {
        var clock = new ControllableClock();
        using var seen = new SemaphoreSlim(0);
        var log = new LogCollector(_ => seen.Release());
        FFmpegLibrary.LogTo(log, clock: clock);
        Repeat(100, "again");
        // The reader logs this line of another kind only after it has read all lines before it.
        FFmpegVoice.Say(FFmpegVoice.Error, "something else");
        seen.Wait();
        seen.Wait();
        Assert.That(log.Lines.Select(line => line.Message), Is.EqualTo(new[] { "FFmpeg: again", "FFmpeg: something else" }));
        clock.Advance(ClockTime.FromSeconds(10));
        // Nothing more is said. While the reader has a count to report, it looks at the clock by itself.
        seen.Wait();
        Repeat(7, "again");
        FFmpegLibrary.LogTo(null);
        Assert.That(
            log.Lines.Skip(2).Select(line => (line.Level, line.Id, line.Message)),
            Is.EqualTo(new[] { (LogLevel.Error, RepeatedId, "FFmpeg: 99 more like \"again\""), (LogLevel.Error, RepeatedId, "FFmpeg: 7 more like \"again\"") }));
    }

    [Test]
    public void Damaged_film_is_told_of_in_a_few_lines()
    {
        byte[] bytes = File.ReadAllBytes(MediaCorpus.File("long.mp4"));
        var random = new Random(1);
        // The damage leaves out the index, which is at the end.
        for (int i = 0; i < 3000; i++)
        {
            bytes[random.Next(1000, bytes.Length * 3 / 4)] ^= 0x55;
        }

        string file = Path.Combine(MediaCorpus.Folder, "damaged-long.mp4");
        File.WriteAllBytes(file, bytes);
        var log = new LogCollector();
        FFmpegLibrary.LogTo(log, LogLevel.Error, new ControllableClock());
        using (var demuxer = new FileDemuxer("demuxer", file, new FileDemuxerOptions { Audio = false }))
        {
            demuxer.Open();
            Recording.Run(demuxer, new Decoder("decoder"), new CollectingSink("sink"));
        }

        FFmpegLibrary.LogTo(null);
        long said = log.Texts.Distinct(StringComparer.Ordinal).Sum(text => log.CountOf(text!));
        TestContext.Out.WriteLine($"{said} errors in {log.Lines.Length} lines");
        Assert.That(said, Is.GreaterThan(200));
        // The decoder has some dozens of messages. Each is logged once and counted once, because time stands still here.
        Assert.That(log.Lines, Has.Length.LessThan(100));
    }

    [Test]
    public void Another_logger_has_what_is_said_from_then_on()
    {
        var (first, second) = (new LogCollector(), new LogCollector());
        FFmpegLibrary.LogTo(first);
        FFmpegVoice.Say(FFmpegVoice.Error, "one");
        FFmpegLibrary.LogTo(second);
        FFmpegVoice.Say(FFmpegVoice.Error, "two");
        FFmpegLibrary.LogTo(null);
        FFmpegVoice.Say(FFmpegVoice.Error, "three");
        Assert.That(first.Texts, Is.EqualTo(new[] { "one" }));
        Assert.That(second.Texts, Is.EqualTo(new[] { "two" }));
        Assert.That(LibAVUtil.av_log_get_level(), Is.EqualTo(FFmpegLog.LevelOfStandardError));
    }

    [Test]
    public void Null_gives_the_messages_back_to_standard_error()
    {
        var (code, output, error) = RunAlone("RETROVUE_FFMPEG_LOG=16", "give-back", FFmpegVoice.FileWithoutIndex());
        Assert.That((code, output.Trim()), Is.EqualTo((0, "1 logged")), error);
        Assert.That(error.Split(NoIndex), Has.Length.EqualTo(2), "only the second error is on standard error");
    }

    [Test]
    public void Logger_that_throws_is_asked_again()
    {
        var log = new LogCollector(line =>
        {
            if (line.Parameter("Text") == "bad")
            {
                throw new InvalidOperationException("I do not log that.");
            }
        });
        FFmpegLibrary.LogTo(log);
        FFmpegVoice.Say(FFmpegVoice.Error, "bad");
        FFmpegVoice.Say(FFmpegVoice.Error, "good");
        FFmpegLibrary.LogTo(null);
        Assert.That(log.Texts, Is.EqualTo(new[] { "good" }));
    }

    [Test]
    public void Logger_may_give_the_log_back_itself()
    {
        using var given = new ManualResetEventSlim();
        FFmpegLibrary.LogTo(new LogCollector(_ =>
        {
            FFmpegLibrary.LogTo(null);
            given.Set();
        }));
        FFmpegVoice.Say(FFmpegVoice.Error, "enough");
        given.Wait();
        Assert.That(LibAVUtil.av_log_get_level(), Is.EqualTo(FFmpegLog.LevelOfStandardError));
    }

    [Test]
    public void Thread_ends_with_the_log()
    {
        for (int i = 0; i < 100; i++)
        {
            FFmpegLibrary.LogTo(new LogCollector());
        }

        Assert.That(LogThreads(), Is.GreaterThan(0));
        FFmpegLibrary.LogTo(null);
        // The threads have been told to stop. An attempt takes about a millisecond.
        int attempts = 10_000;
        while (LogThreads() > 0 && attempts-- > 0)
        {
            Thread.Yield();
        }

        Assert.That(LogThreads(), Is.Zero);
    }

    [Test]
    public void Messages_are_whole_while_garbage_is_collected_without_pause()
    {
        const int threads = 4;
        const int times = 100;
        string file = FFmpegVoice.FileWithoutIndex();
        using var ended = new CancellationTokenSource();
        var collector = new Thread(() =>
        {
            while (!ended.IsCancellationRequested)
            {
                GC.Collect(0);
                GC.Collect();
            }
        });
        collector.Start();
        var log = new LogCollector();
        FFmpegLibrary.LogTo(log, LogLevel.Error);
        AtOnce(threads, _ =>
        {
            for (int i = 0; i < times; i++)
            {
                Assert.Throws<MediaFileException>(() => MediaProbe.Probe(file));
            }
        });
        FFmpegLibrary.LogTo(null);
        ended.Cancel();
        collector.Join();
        // There are fewer messages than the ring holds, so none is lost.
        Assert.That(log.Texts, Is.All.EqualTo(NoIndex));
        Assert.That(log.CountOf(NoIndex), Is.EqualTo(threads * times));
    }

    [Test]
    public void Process_ends_while_lines_wait_and_more_are_said()
    {
        var (code, output, error) = RunAlone("RETROVUE_FFMPEG_LOG=16", "end-while-logging");
        Assert.That((code, output.Trim()), Is.EqualTo((0, "ends")), error);
    }

    [Test]
    public void Missing_library_is_named_with_how_it_is_built() => Assert.That(
        () => FFmpegResolver.LoadOwn("libretrovue-media-missing.so"),
        Throws.TypeOf<FFmpegLibraryException>().With.Message.Contains("libretrovue-media-missing.so").And.Message.Contains("native/build"));

    private static void ProbeFileWithoutIndex() => Assert.Throws<MediaFileException>(() => MediaProbe.Probe(FFmpegVoice.FileWithoutIndex()));

    private static int LogThreads() => Directory.GetDirectories("/proc/self/task").Count(task =>
    {
        try
        {
            return File.ReadAllText(Path.Combine(task, "comm")).TrimEnd() == "FFmpeg log";
        }
        catch (IOException)
        {
            return false;
        }
    });

    private static void Repeat(int count, string text)
    {
        for (int i = 0; i < count; i++)
        {
            FFmpegVoice.Say(FFmpegVoice.Error, text);
        }
    }

    private static void AtOnce(int count, Action<int> work)
    {
        Thread[] threads = [.. Enumerable.Range(0, count).Select(i => new Thread(() => work(i)))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
    }

    /// <summary>Runs this assembly's program in a process of its own. It takes a second; the limit is a minute.</summary>
    private static (int ExitCode, string Output, string Error) RunAlone(string variable, params string[] arguments) =>
        Tool.Run("timeout", ["60", "env", variable, "dotnet", typeof(Program).Assembly.Location, .. arguments]);
}
