using RetroVue.Media.Time;

namespace RetroVue.Runtime.Tests.Channels.Splices;

/// <summary>Copied items follow one another, or are entered in the middle, with groups of pictures of any kind.</summary>
public sealed class CopySpliceTests
{
    private const string Sound = "-f lavfi -i sine=frequency=440:sample_rate=48000";
    private const string Film = $"-f lavfi -i testsrc2=s=320x180:r=25 {Sound} -pix_fmt yuv420p";

    private static string Make(string name, int seconds, string settings) =>
        MadeMedia.Make(name, $"{Film} -t {seconds} {settings} -ac 2");

    [TestCase("x264-open", "mp4", "-c:v libx264 -preset veryfast -bf 3 -g 100 -x264opts open-gop=1 -c:a aac", 0)]
    [TestCase("x264-open", "ts", "-c:v libx264 -preset veryfast -bf 3 -g 100 -x264opts open-gop=1 -c:a aac", 40)]
    [TestCase("x264-open", "mkv", "-c:v libx264 -preset veryfast -bf 3 -g 100 -x264opts open-gop=1 -c:a aac", 40)]
    [TestCase("x265-open", "mp4", "-c:v libx265 -preset ultrafast -x265-params log-level=none:open-gop=1:keyint=50:bframes=3 -c:a aac", 160)]
    [TestCase("x265-open", "ts", "-c:v libx265 -preset ultrafast -x265-params log-level=none:open-gop=1:keyint=50:bframes=3 -c:a aac", 160)]
    [TestCase("x265-open", "mkv", "-c:v libx265 -preset ultrafast -x265-params log-level=none:open-gop=1:keyint=50:bframes=3 -c:a aac", 160)]
    [TestCase("mpeg2-open", "ts", "-c:v mpeg2video -g 12 -bf 2 -b:v 1M -c:a mp2", 480)]
    [TestCase("mpeg2-open", "mkv", "-c:v mpeg2video -g 12 -bf 2 -b:v 1M -c:a mp2", 480)]
    public void Film_is_left_for_another_and_entered_again_in_an_open_group(string name, string container, string settings, int entry)
    {
        string film = Make($"{name}-film.{container}", 20, settings);
        string other = Make($"{name}-other.{container}", 5, settings);
        AiredSplices aired = AiredSplices.Watch(
            [SpliceItem.Of(film, 0, 4000), SpliceItem.Of(other, 0, 4800), SpliceItem.Of(film, 4000, 4000), SpliceItem.Of(film, 8000, 5000)],
            $"{name}-{container}-aired");
        aired.AssertAllAsWanted(ClockTime.FromMilliseconds(entry), ClockTime.FromMilliseconds(160), ClockTime.FromMilliseconds(40));
    }
}
