using System.Globalization;
using RetroVue.Media.Elements.TestSources;
using RetroVue.Media.FFmpeg.Codecs;
using RetroVue.Media.FFmpeg.Containers;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Runtime.Tests;

/// <summary>
/// Media that this library has made itself. Every frame carries its number, and every second begins with a beep and a flash.
/// </summary>
internal static class TestFiles
{
    /// <summary>
    /// Makes a file of a number of frames, once in a run of the tests: H.264 with B-frames and a key frame every two seconds, and AAC.
    /// </summary>
    public static async Task<string> MakeAsync(Rational rate, long frames, int width = 320, int height = 180, int sampleRate = 48_000)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"numbered-{rate.Numerator}-{rate.Denominator}-{frames}-{width}x{height}-{sampleRate}.mp4");
        string path = Path.Combine(MadeMedia.Folder, name);
        if (File.Exists(path))
        {
            return path;
        }

        await using var pipeline = new Pipeline();
        TestVideoSource video = pipeline.Add(new TestVideoSource("video", new TestVideoOptions
        {
            Width = width,
            Height = height,
            FrameRate = rate,
            Count = frames,
            Placement = StepPlacement.OwnThread,
        }));
        TestToneSource tone = pipeline.Add(new TestToneSource("tone", new TestToneOptions
        {
            SampleRate = sampleRate,
            Layout = ChannelLayout.Mono,
            Duration = ClockTime.FromUnits(frames, rate.Inverse),
            Placement = StepPlacement.OwnThread,
        }));
        Encoder pictures = pipeline.Add(new Encoder("h264", new EncoderOptions
        {
            Codec = "h264",
            Preset = "ultrafast",
            Quality = 30,
            BFrames = 2,
            GlobalHeader = true,
        }));
        Encoder sound = pipeline.Add(new Encoder("aac", new EncoderOptions { Codec = "aac", BitRate = 64_000, GlobalHeader = true }));
        FileMuxer muxer = pipeline.Add(new FileMuxer("muxer", path + ".part", new FileMuxerOptions { Container = "mp4" }));
        pipeline.Link(video, pictures);
        pipeline.Link(tone, sound);
        pipeline.Link(pictures.Outputs[0], muxer.AddStream("video"));
        pipeline.Link(sound.Outputs[0], muxer.AddStream("audio"));
        await pipeline.RunAsync();
        File.Move(path + ".part", path);
        return path;
    }
}
