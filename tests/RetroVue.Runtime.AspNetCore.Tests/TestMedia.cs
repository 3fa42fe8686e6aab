namespace RetroVue.Runtime.AspNetCore.Tests;

/// <summary>Small files, made by the ffmpeg command line once in a run of the tests.</summary>
internal static class TestMedia
{
    /// <summary>A clip of 10 s: 320x180 at 25 frames per second, a key frame every second, stereo sound.</summary>
    public static string Clip(string name) => MadeMedia.Make(
        $"{name}.mp4",
        "-f lavfi -i testsrc=size=320x180:rate=25:duration=10 -f lavfi -i sine=frequency=440:sample_rate=48000:duration=10 "
        + "-c:v libx264 -preset ultrafast -profile:v baseline -g 25 -pix_fmt yuv420p -c:a aac -ac 2");

    /// <summary>Makes a picture of one colour for 10 s. All such files have the same formats.</summary>
    public static string Colour(string name) => MadeMedia.Make(
        $"colour-{name}.mp4",
        $"-f lavfi -i color={name}:size=320x180:rate=25:duration=10 -f lavfi -i sine=frequency=440:sample_rate=48000:duration=10 "
        + "-c:v libx264 -preset ultrafast -g 50 -pix_fmt yuv420p -c:a aac -ac 2 -shortest");

    /// <summary>
    /// Makes a moving picture with a tone for 20 s. The files differ only in the source of the picture, so a channel can copy them.
    /// </summary>
    public static string Alike(string source) => MadeMedia.Make(
        $"alike-{source}.mp4",
        $"-f lavfi -i {source}=size=320x180:rate=30000/1001:duration=20 -f lavfi -i sine=frequency=440:sample_rate=48000:duration=20 "
        + "-c:v libx264 -preset ultrafast -bf 2 -g 45 -pix_fmt yuv420p -c:a aac -ac 2 -shortest");

    /// <summary>Makes a moving picture with a tone for 20 s, of any size and rates.</summary>
    public static string Unlike(string size, string rate, int sampleRate, int channels) => MadeMedia.Make(
        $"unlike-{size}-{rate.Replace('/', '-')}.mp4",
        $"-f lavfi -i testsrc2=size={size}:rate={rate}:duration=20 -f lavfi -i sine=frequency=880:sample_rate={sampleRate}:duration=20 "
        + $"-c:v libx264 -preset ultrafast -bf 2 -g 50 -pix_fmt yuv420p -c:a aac -ac {channels} -shortest");

    /// <summary>Makes a clip of 5 s with about 30 Mbit/s, key frames only, without sound.</summary>
    public static string HeavyClip() => MadeMedia.Make(
        "heavy.ts", "-f lavfi -i testsrc2=size=640x360:rate=25:duration=5,noise=alls=80:allf=t -c:v mpeg2video -g 1 -qscale:v 1");
}
