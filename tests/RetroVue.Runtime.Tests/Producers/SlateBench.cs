using NodaTime;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Testing;
using RetroVue.Media.Time;
using RetroVue.Runtime.Producers;

namespace RetroVue.Runtime.Tests.Producers;

/// <summary>Runs a slate in simulated time and hands its buffers to a test.</summary>
internal static class SlateBench
{
    public static Instant Epoch { get; } = Instant.FromUtc(2024, 1, 1, 0, 0);

    public static VideoFormat Video(int width, int height, Rational rate) => new(PixelFormat.Yuv420P, width, height, rate);

    public static AudioFormat Audio(int rate) => new(SampleFormat.F32Planar, rate, ChannelLayout.Stereo);

    public static SlateOptions Options(ClockTime from, ClockTime until, VideoFormat? video, AudioFormat? audio, DateTimeZone? zone = null) => new()
    {
        Video = video,
        Audio = audio,
        Epoch = Epoch,
        Zone = zone ?? DateTimeZone.Utc,
        From = from,
        Until = until,
        Name = "Retro One",
        NextTitle = "The Late Film",
        NextStart = Epoch,
    };

    /// <summary>Runs the slate to its end. The test sees the buffers in the order in which they come; then they are released.</summary>
    public static (CollectingSink? Video, CollectingSink? Audio) Run(SlateOptions options, Action<MediaKind, MediaBuffer>? onBuffer = null)
    {
        var executor = new SimulatedExecutor(ClockTime.FromSeconds(1000));
        var pipeline = new Pipeline(new PipelineOptions { Executor = executor });
        SlateSource source = pipeline.Add(new SlateSource("slate", options));
        CollectingSink? video = Link(source.VideoOutput, MediaKind.Video);
        CollectingSink? audio = Link(source.AudioOutput, MediaKind.Audio);
        executor.RunUntilCompleted(pipeline.RunAsync(), ClockTime.FromSeconds(1001));
        return (video, audio);

        CollectingSink? Link(OutputPad? output, MediaKind kind)
        {
            if (output is null)
            {
                return null;
            }

            CollectingSink sink = pipeline.Add(new CollectingSink(kind.ToString(), buffer => onBuffer?.Invoke(kind, buffer)));
            pipeline.Link(output, sink.Inputs[0]);
            return sink;
        }
    }
}
