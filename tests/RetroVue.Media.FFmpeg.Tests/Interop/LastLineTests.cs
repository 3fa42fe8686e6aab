using RetroVue.Media.FFmpeg.Containers;
using RetroVue.Media.FFmpeg.Native;
using RetroVue.Media.FFmpeg.Tests.Corpus;
using RetroVue.Media.FFmpeg.Tests.Support;

namespace RetroVue.Media.FFmpeg.Tests.Interop;

/// <summary>An error of FFmpeg contains the line that FFmpeg logged last in that call, and no line of another call.</summary>
public sealed class LastLineTests
{
    private const string NoIndex = "moov atom not found";

    [OneTimeSetUp]
    public void Load()
    {
        FFmpegLoaderTests.LoadedFFmpegOrIgnore();
        if (!FFmpegLog.IsReceived)
        {
            Assert.Ignore("The library that receives FFmpeg's log is not built: say native/build, and build again.");
        }
    }

    [Test]
    public void File_that_cannot_be_opened_says_why()
    {
        var error = Assert.Throws<MediaFileException>(() => MediaProbe.Probe(FFmpegVoice.FileWithoutIndex()))!;
        var inner = (FFmpegException)error.InnerException!;
        Assert.That(error.Message, Does.EndWith($"FFmpeg says: {NoIndex}"));
        Assert.That((inner.LastLine, inner.Message), Is.EqualTo((NoIndex, $"Opening: {inner.ErrorText} ({inner.ErrorCode}). FFmpeg says: {NoIndex}")));
    }

    [Test]
    public void What_was_said_before_the_call_is_not_its_reason()
    {
        FFmpegVoice.Say(FFmpegVoice.Error, "of an earlier call");
        var before = ErrorMark.Now;
        Assert.That(() => (-5).ThrowIfError("Reading", before), Throws.TypeOf<FFmpegException>().With.Property(nameof(FFmpegException.LastLine)).Null);
        FFmpegVoice.Say(FFmpegVoice.Error, "of this one");
        FFmpegVoice.Say(FFmpegVoice.Error + 8, "only a warning");
        Assert.That(before.LastLine, Is.EqualTo("of this one"));
        Assert.That(ErrorMark.Now.LastLine, Is.Null);
    }

    [Test]
    public void File_that_fails_without_a_word_has_no_line_of_an_earlier_one()
    {
        string text = Path.Combine(MediaCorpus.Folder, "wordless.bin");
        File.WriteAllText(text, "This is no film.\n");
        Assert.Throws<MediaFileException>(() => MediaProbe.Probe(FFmpegVoice.FileWithoutIndex()));
        var error = Assert.Throws<MediaFileException>(() => MediaProbe.Probe(text))!;
        Assert.That(((FFmpegException)error.InnerException!).LastLine, Is.Null);
        Assert.That(error.Message, Does.Not.Contain("FFmpeg says"));
    }

    [Test]
    public void Threads_that_fail_at_once_have_each_its_own()
    {
        const int threads = 4;
        const int times = 2000;
        var wrong = 0;
        Thread[] all = [.. Enumerable.Range(0, threads).Select(number => new Thread(() =>
        {
            for (int i = 0; i < times; i++)
            {
                var before = ErrorMark.Now;
                var silent = before.LastLine;
                var text = FormattableString.Invariant($"call {i} of thread {number}");
                FFmpegVoice.Say(FFmpegVoice.Error, text);
                if (silent is not null || before.LastLine != text)
                {
                    Interlocked.Increment(ref wrong);
                }
            }
        }))];
        Array.ForEach(all, thread => thread.Start());
        Array.ForEach(all, thread => thread.Join());
        Assert.That(wrong, Is.Zero);
    }

    [Test]
    public void Mark_allocates_nothing()
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            0.ThrowIfError("Reading", ErrorMark.Now);
        }

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    [Test]
    public void Process_without_the_library_that_receives_the_log_has_the_codes_text_alone_and_FFmpegs_own_standard_error()
    {
        string folder = Path.Combine(MediaCorpus.Folder, "without-receiver");
        Directory.CreateDirectory(folder);
        string assembly = typeof(Program).Assembly.Location;
        foreach (string file in Directory.GetFiles(Path.GetDirectoryName(assembly)!).Where(file => Path.GetExtension(file) is ".dll" or ".json"))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        }

        string film = FFmpegVoice.FileWithoutIndex();
        foreach ((string program, bool isThere) in new[] { (assembly, true), (Path.Combine(folder, Path.GetFileName(assembly)), false) })
        {
            var (code, output, error) = Tool.Run("timeout", "60", "env", "RETROVUE_FFMPEG_LOG=16", "dotnet", program, "last-line", film);
            Assert.That((code, output.Trim()), Is.EqualTo((0, isThere ? NoIndex : "none")), error);
            Assert.That(error.Split(NoIndex), Has.Length.EqualTo(2), "the line is on standard error once");
        }
    }
}
