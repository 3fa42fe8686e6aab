using RetroVue.Media.FFmpeg.Containers;

namespace RetroVue.Media.FFmpeg.Tests.Containers;

public sealed class StreamChoiceTests
{
    private const string Film = "-f lavfi -i testsrc=s=128x96:r=25 -f lavfi -i sine=440:r=48000 -f lavfi -i sine=880:r=48000 -f lavfi -i testsrc=s=320x240:r=25";
    private const string Codecs = "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -c:a aac -t 2";

    [TestCase("comment")]
    [TestCase("hearing_impaired")]
    [TestCase("visual_impaired")]
    public void Film_s_own_sound_comes_before_another_even_where_that_is_the_default(string disposition)
    {
        string file = MadeMedia.Make(
            $"choice-{disposition}.mkv",
            $"{Film} -map 0 -map 1 -map 2 {Codecs} -ac:a:0 2 -ac:a:1 1 -disposition:a:0 {disposition}+default -disposition:a:1 0");
        Assert.That(Chosen(file), Is.EqualTo((0, 2)));
    }

    [Test]
    public void Default_sound_comes_before_more_channels_and_these_before_the_first()
    {
        string marked = MadeMedia.Make("choice-default.mkv", $"{Film} -map 0 -map 1 -map 2 {Codecs} -ac:a:0 2 -ac:a:1 1 -disposition:a:0 0 -disposition:a:1 default");
        string unmarked = MadeMedia.Make("choice-channels.mkv", $"{Film} -map 0 -map 1 -map 2 {Codecs} -ac:a:0 1 -ac:a:1 2 -disposition:a:0 0 -disposition:a:1 0");
        string equal = MadeMedia.Make("choice-equal.mkv", $"{Film} -map 0 -map 1 -map 2 {Codecs} -ac 2 -b:a:0 48k -b:a:1 192k -disposition:a:0 0 -disposition:a:1 0");
        Assert.That(Chosen(marked), Is.EqualTo((0, 2)));
        Assert.That(Chosen(unmarked), Is.EqualTo((0, 2)));
        Assert.That(Chosen(equal), Is.EqualTo((0, 1)));
    }

    [TestCase("mjpeg", "mkv")]
    [TestCase("png", "mkv")]
    [TestCase("libx264", "mp4")]
    public void Still_that_is_marked_as_default_is_not_taken_for_the_film(string codec, string container)
    {
        string cover = MadeMedia.Make($"cover-{codec}.{container}", $"-f lavfi -i testsrc=s=640x480 -frames:v 1 -c:v {codec}");
        string film = MadeMedia.Make("choice-film.mp4", $"{Film} -map 0 -map 1 {Codecs}");
        string both = MadeMedia.Make(
            $"choice-cover-{codec}.{container}", $"-i {cover} -i {film} -map 0 -map 1 -c copy -disposition:v:0 default -disposition:v:1 0");
        Assert.That(Chosen(both), Is.EqualTo((1, 2)));
    }

    [Test]
    public void Picture_and_sound_are_of_one_programme()
    {
        // The second programme has the larger picture, and the first programme has the first sound. A third programme has no sound.
        string file = MadeMedia.Make(
            "choice-programmes.ts",
            $"{Film} -map 0:v -map 1:a -map 3:v -map 2:a -map 3:v {Codecs} -ac:a:0 2 -ac:a:1 1 -s:v:2 640x480 "
            + "-program title=one:st=0:st=1 -program title=two:st=2:st=3 -program title=three:st=4");
        Assert.That(Chosen(file), Is.EqualTo((2, 3)));
        Assert.That(Chosen(file, new StreamChoice { Video = 0 }), Is.EqualTo((0, 1)));
        Assert.That(Chosen(file, new StreamChoice { Audio = "1" }), Is.EqualTo((2, 1)));
    }

    [Test]
    public void Named_streams_are_taken_and_ones_that_are_not_there_are_refused_by_name()
    {
        string file = MadeMedia.Make(
            "choice-languages.mkv", $"{Film} -map 0 -map 3 -map 1 -map 2 {Codecs} -metadata:s:a:0 language=eng -metadata:s:a:1 language=ger -disposition:a:0 default");
        Assert.That(Chosen(file), Is.EqualTo((1, 2)));
        Assert.That(Chosen(file, new StreamChoice { Audio = "ger", Video = 0 }), Is.EqualTo((0, 3)));
        Assert.That(Chosen(file, new StreamChoice { Audio = "DEU" }), Is.EqualTo((1, 3)), "another code of the same language");
        AssertRefused(new StreamChoice { Audio = "fra" }, "no sound in 'fra'", "2 (eng), 3 (ger)");
        AssertRefused(new StreamChoice { Audio = "0" }, "no sound with the number 0", "2 (eng)");
        AssertRefused(new StreamChoice { Video = 7 }, "no picture with the number 7", "0, 1");

        void AssertRefused(StreamChoice choice, string problem, string held) => Assert.That(
            Assert.Throws<MediaFileException>(() => MediaProbe.Probe(file, choice))!.Message,
            Does.Contain(file).And.Contain(problem).And.Contain(held));
    }

    [Test]
    public void Kept_file_serves_only_whoever_wants_the_same_streams()
    {
        string file = MadeMedia.Make("choice-kept.mkv", $"{Film} -map 0 -map 1 -map 2 {Codecs}");
        using var cache = new InputCache(2);
        cache.Open();
        cache.Return(InputFile.Open(file, new InterruptSwitch(), Time.ClockTime.FromSeconds(10)));
        Assert.That(cache.TryTake(file, new StreamChoice { Audio = "2" }), Is.Null);
        cache.TryTake(file, StreamChoice.Best)!.Dispose();
    }

    private static (int? Video, int? Audio) Chosen(string file, StreamChoice? choice = null)
    {
        MediaInfo info = MediaProbe.Probe(file, choice).Info;
        return (info.Video?.Index, info.Audio?.Index);
    }
}
