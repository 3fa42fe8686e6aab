using RetroVue.Media.Clocks;
using RetroVue.Media.Elements.TestSources;
using RetroVue.Media.FFmpeg.Codecs;
using RetroVue.Media.FFmpeg.Containers;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.FFmpeg.Tests.Support;

/// <summary>Captures pictures and a tone, encodes them and sends them to a URL, as the sample recorder does.</summary>
internal static class LiveSender
{
    /// <summary>The number of pictures that are sent. Each lasts 40 ms, so this is two seconds.</summary>
    public const int Pictures = 50;

    /// <summary>Sends to the end and returns the time that it took.</summary>
    public static async Task<ClockTime> SendAsync(string url, FileMuxerOptions? options = null, int pictures = Pictures)
    {
        ClockTime start = SystemClock.Instance.Now;
        await using (Pipeline pipeline = Make(url, options, pictures))
        {
            await pipeline.RunAsync();
        }

        return SystemClock.Instance.Now - start;
    }

    /// <summary>Makes the pipeline without starting it.</summary>
    public static Pipeline Make(string url, FileMuxerOptions? options = null, int pictures = Pictures)
    {
        var pipeline = new Pipeline();
        var picture = pipeline.Add(new TestVideoSource("picture", new TestVideoOptions { Width = 320, Height = 180, IsLive = true, Count = pictures }));
        var tone = pipeline.Add(new TestToneSource("tone", new TestToneOptions { IsLive = true, Duration = ClockTime.FromMilliseconds(40 * pictures) }));
        var h264 = pipeline.Add(new Encoder("h264", new EncoderOptions { Codec = "h264", Preset = "ultrafast", Tune = "zerolatency" }));
        var aac = pipeline.Add(new Encoder("aac", new EncoderOptions { Codec = "aac" }));
        var output = pipeline.Add(new FileMuxer("output", url, options));
        pipeline.Link(picture, h264);
        pipeline.Link(tone, aac);
        pipeline.Link(h264.Outputs[0], output.AddStream("video"));
        pipeline.Link(aac.Outputs[0], output.AddStream("audio"));
        return pipeline;
    }
}
