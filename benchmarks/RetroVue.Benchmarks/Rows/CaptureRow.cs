using RetroVue.Benchmarks.Elements;
using RetroVue.Media.Devices.Alsa;
using RetroVue.Media.Devices.PipeWire;
using RetroVue.Media.Devices.V4l2;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Benchmarks.Rows;

/// <summary>
/// Measures the cost of a captured buffer, from the device to a sink that drops it: CPU time and allocations of the whole process.
/// </summary>
internal static class CaptureRow
{
    // The buffers of a round; the figure is the median of the rounds. A round is long enough to include the work of once a second. Only few
    // rounds include late compilation of that work.
    private const int Round = 100;

    public static async Task<string> MeasureAsync(string[] arguments)
    {
        var rounds = new Usage[Arguments.Count(arguments, 1, 5)];
        await using var pipeline = new Pipeline();
        Element source = pipeline.Add(SourceOf(arguments.FirstOrDefault()));
        UsageSink sink = pipeline.Add(new UsageSink("sink"));
        pipeline.Link(source, sink);
        await pipeline.StartAsync();
        await WarmUp.RunAsync(() => sink.MeasureAsync(Round));
        for (int i = 0; i < rounds.Length; i++)
        {
            rounds[i] = await sink.MeasureAsync(Round);
        }

        await pipeline.StopAsync();
        double buffers = rounds.Length * Round;
        return string.Join(
            ' ',
            Figures.Pair("cpu_ns_per_buffer", Figures.Median([.. rounds.Select(round => round.Cpu / Round)]), 0),
            Figures.Pair("bytes_per_buffer", rounds.Sum(round => round.AllocatedBytes) / buffers, 4),
            Figures.Pair("buffer_bytes", rounds[^1].BufferBytes, 0),
            Figures.Pair("buffers_per_second", buffers * 1e9 / rounds.Sum(round => round.Wall.Nanoseconds), 2));
    }

    /// <summary>Makes a source with the settings of the peer of the same name.</summary>
    private static Element SourceOf(string? name) => name switch
    {
        "alsa" => new AlsaSource(name, new AlsaOptions { Device = "hw:CARD=Dummy,DEV=0" }),
        "v4l2" => new V4l2Source(
            name,
            new V4l2SourceOptions { Format = "YUYV", Width = 320, Height = 180, FrameRate = new Rational(60, 1) }),
        "pipewire-audio" => new PipeWireAudioSource(name, new PipeWireAudioSourceOptions { Target = "test-audio" }),
        "pipewire-video" => new PipeWireVideoSource(
            name,
            new PipeWireVideoSourceOptions
            {
                Target = "test-video",
                PixelFormats = [PixelFormat.Rgb24],
                Width = 320,
                Height = 240,
                FrameRate = new Rational(60, 1),
            }),
        _ => throw new UsageException("A source is necessary: alsa, v4l2, pipewire-audio or pipewire-video."),
    };
}
