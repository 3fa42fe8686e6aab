using RetroVue.Media.Elements.TestSources;
using RetroVue.Media.FFmpeg.Codecs;
using RetroVue.Media.FFmpeg.Containers;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Samples;

/// <summary>Makes a clip: test picture and tone, through encoders, into an MP4 file.</summary>
internal static class ClipMaker
{
    /// <summary>Writes to another name and renames the file at the end, so that an existing file is always complete.</summary>
    /// <param name="clip">The clip.</param>
    /// <param name="folder">The folder of the file.</param>
    /// <param name="advanced">Called with the progress, on the pipeline's thread.</param>
    /// <param name="cancellationToken">Cancels; no file is left.</param>
    public static async Task MakeAsync(DemoClip clip, string folder, Action<ClockTime> advanced, CancellationToken cancellationToken)
    {
        string file = Path.Combine(folder, clip.File);
        string part = $"{file}.part";
        try
        {
            await using (Pipeline pipeline = Build(clip, part, advanced))
            {
                await pipeline.RunAsync(cancellationToken);
            }

            File.Move(part, file, overwrite: true);
        }
        finally
        {
            File.Delete(part);
        }
    }

    private static Pipeline Build(DemoClip clip, string file, Action<ClockTime> advanced)
    {
        var pipeline = new Pipeline(new PipelineOptions { Name = clip.File });
        var picture = pipeline.Add(new TestVideoSource("picture", new TestVideoOptions
        {
            Width = clip.Width,
            Height = clip.Height,
            FrameRate = clip.Rate,
            Count = clip.Frames,
            Placement = StepPlacement.OwnThread,
        }));
        var tone = pipeline.Add(new TestToneSource("tone", new TestToneOptions
        {
            SampleFormat = SampleFormat.F32Planar,
            SampleRate = clip.SampleRate,
            Layout = clip.Layout,
            Duration = ClockTime.FromSeconds(clip.Seconds),
            Placement = StepPlacement.OwnThread,
        }));
        var video = pipeline.Add(new Encoder("video", new EncoderOptions { Codec = "h264", Preset = "veryfast", Quality = 26, GlobalHeader = true }));
        var audio = pipeline.Add(new Encoder("audio", new EncoderOptions { Codec = "aac", BitRate = 64_000 * clip.Layout.Channels, GlobalHeader = true }));
        var meter = pipeline.Add(new ProgressMeter("progress", advanced));
        var muxer = pipeline.Add(new FileMuxer("file", file, new FileMuxerOptions { Container = "mp4", FastStart = true }));
        pipeline.Link(picture, meter, video);
        pipeline.Link(tone, audio);
        pipeline.Link(video.Outputs[0], muxer.AddStream("video"));
        pipeline.Link(audio.Outputs[0], muxer.AddStream("audio"));
        return pipeline;
    }
}
