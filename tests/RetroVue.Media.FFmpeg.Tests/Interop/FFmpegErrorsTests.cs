using RetroVue.Media.FFmpeg.Codecs;
using RetroVue.Media.FFmpeg.Containers;
using RetroVue.Media.FFmpeg.Interop;
using RetroVue.Media.FFmpeg.Native;

namespace RetroVue.Media.FFmpeg.Tests.Interop;

public sealed unsafe class FFmpegErrorsTests
{
    [OneTimeSetUp]
    public void Load() => FFmpegLoaderTests.LoadedFFmpegOrIgnore();

    [Test]
    public void ThrowIfError_code_of_zero_or_more_is_passed() => Assert.That(42.ThrowIfError("Counting"), Is.EqualTo(42));

    [Test]
    public void ThrowIfError_real_failure_carries_what_code_and_text()
    {
        AVFormatContext* context = null;
        FFmpegException error;
        using (var url = new NativeText("/nowhere/film.mp4"))
        {
            var code = LibAVFormat.avformat_open_input(&context, url, null, null);
            error = Assert.Throws<FFmpegException>(() => code.ThrowIfError("Opening film.mp4"))!;
        }

        Assert.That(error.ErrorCode, Is.EqualTo(LibAVUtil.AVERROR_ENOENT));
        Assert.That(error.ErrorText, Is.EqualTo("No such file or directory"));
        Assert.That(error.Message, Is.EqualTo("Opening film.mp4: No such file or directory (-2)"));
        Assert.That(error.IsTransient, Is.False);
    }

    [TestCase(LibAVUtil.AVERROR_EAGAIN, true)]
    [TestCase(LibAVUtil.AVERROR_EINTR, true)]
    [TestCase(LibAVUtil.AVERROR_EBUSY, true)]
    [TestCase(LibAVUtil.AVERROR_ETIMEDOUT, true)]
    [TestCase(LibAVUtil.AVERROR_ECONNREFUSED, true)]
    [TestCase(LibAVUtil.AVERROR_ECONNRESET, true)]
    [TestCase(LibAVUtil.AVERROR_ECONNABORTED, true)]
    [TestCase(LibAVUtil.AVERROR_EHOSTUNREACH, true)]
    [TestCase(LibAVUtil.AVERROR_ENETUNREACH, true)]
    [TestCase(LibAVUtil.AVERROR_EPIPE, true)]
    [TestCase(LibAVUtil.AVERROR_HTTP_SERVER_ERROR, true)]
    [TestCase(LibAVUtil.AVERROR_INVALIDDATA, false)]
    [TestCase(LibAVUtil.AVERROR_EOF, false)]
    [TestCase(LibAVUtil.AVERROR_EIO, false)]
    [TestCase(LibAVUtil.AVERROR_ENOENT, false)]
    [TestCase(LibAVUtil.AVERROR_EACCES, false)]
    [TestCase(LibAVUtil.AVERROR_ENOSPC, false)]
    [TestCase(LibAVUtil.AVERROR_ENOMEM, false)]
    public void IsTransient_says_whether_to_try_again_and_so_does_what_wraps_it(int code, bool transient)
    {
        var call = new FFmpegException("Reading", code, "the last line");
        var file = new MediaFileException("film.mp4", "cannot be read.", call);
        Assert.That((call.IsTransient, file.IsTransient), Is.EqualTo((transient, transient)));
        Assert.That((file.ErrorCode, file.ErrorText, file.LastLine), Is.EqualTo((code, call.ErrorText, "the last line")));
    }

    [Test]
    public void IsTransient_of_a_file_whose_disk_does_not_answer_is_true_and_of_what_is_missing_false()
    {
        Assert.That(new MediaFileException("film.mp4", "is not read.", new TimeoutException()).IsTransient, Is.True);
        FFmpegException[] lasting = [new MediaFileException("film.mp4", "holds nothing."), new FFmpegLibraryException("It is missing."), new CodecNotFoundException("h264", "It is missing.")];
        Assert.That(lasting.Select(exception => (exception.IsTransient, exception.ErrorCode, exception.ErrorText, exception.LastLine)), Has.All.EqualTo((false, 0, (string?)null, (string?)null)));
    }

    [Test]
    public void ThrowIfNull_says_out_of_memory() => Assert.That(
        () => FFmpegErrors.ThrowIfNull(null, "Allocating"),
        Throws.TypeOf<FFmpegException>().With.Property(nameof(FFmpegException.ErrorCode)).EqualTo(LibAVUtil.AVERROR_ENOMEM));

    [Test]
    public void Handle_disposed_frees_once_and_refuses_its_pointer()
    {
        var before = FFmpegHandles.Live;
        var packet = new PacketHandle();
        Assert.That(FFmpegHandles.Live, Is.EqualTo(before + 1));
        packet.Dispose();
        packet.Dispose();
        Assert.That(FFmpegHandles.Live, Is.EqualTo(before));
        Assert.That(() => (nint)packet.Pointer, Throws.TypeOf<ObjectDisposedException>());
    }
}
