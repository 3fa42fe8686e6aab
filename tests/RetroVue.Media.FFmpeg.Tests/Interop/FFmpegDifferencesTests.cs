using RetroVue.Media.FFmpeg.Interop;
using RetroVue.Media.FFmpeg.Native;

namespace RetroVue.Media.FFmpeg.Tests.Interop;

public sealed unsafe class FFmpegDifferencesTests
{
    private static readonly (FFmpegRelease, int)[] s_duration =
        [(FFmpegRelease.V6_0, 472), (FFmpegRelease.V7_0, 432), (FFmpegRelease.V8_0, -1)];

    [TestCase(FFmpegRelease.V5_1, -1, Description = "before the field appears")]
    [TestCase(FFmpegRelease.V6_0, 472)]
    [TestCase(FFmpegRelease.V6_1, 472, Description = "an offset holds until the next change")]
    [TestCase(FFmpegRelease.V7_1, 432)]
    [TestCase(FFmpegRelease.V8_1, -1, Description = "after it is gone")]
    public void Offset_is_that_of_the_last_change_up_to_the_release(object release, int expected) =>
        Assert.That(FFmpegLayout.Offset(s_duration, (FFmpegRelease)release), Is.EqualTo(expected));

    [Test]
    public void Existing_field_that_the_release_lacks_is_refused_by_name()
    {
        FFmpegLoaderTests.LoadedFFmpegOrIgnore();
        Assert.That(
            () => FFmpegLayout.Existing(-1, "AVFrame.colour_of_the_sky"),
            Throws.TypeOf<NotSupportedException>().With.Message.Contains("AVFrame.colour_of_the_sky"));
    }

    [Test]
    public void Frame_marks_read_back_one_by_one()
    {
        FFmpegLoaderTests.LoadedFFmpegOrIgnore();
        using var handle = new FrameHandle();
        var frame = handle.Pointer;

        // Up to FFmpeg 6.0 a new frame is marked as a key frame, and the mark is a field of its own (libavutil/frame.c).
        frame->IsKey = false;
        Assert.That((frame->IsKey, frame->IsInterlaced, frame->IsTopFieldFirst, frame->Duration), Is.EqualTo((false, false, false, 0L)));
        frame->IsInterlaced = true;
        Assert.That((frame->IsKey, frame->IsInterlaced, frame->IsTopFieldFirst), Is.EqualTo((false, true, false)));
        frame->IsTopFieldFirst = true;
        frame->IsInterlaced = false;
        Assert.That((frame->IsKey, frame->IsInterlaced, frame->IsTopFieldFirst), Is.EqualTo((false, false, true)));
        frame->IsKey = true;
        frame->IsTopFieldFirst = false;
        Assert.That((frame->IsKey, frame->IsInterlaced, frame->IsTopFieldFirst), Is.EqualTo((true, false, false)));
        frame->Duration = 1234;
        Assert.That(frame->Duration, Is.EqualTo(1234));
    }
}
