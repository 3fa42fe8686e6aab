using RetroVue.Media.Clocks;
using RetroVue.Media.Devices;
using RetroVue.Media.Devices.Portal;
using RetroVue.Media.Elements.Probes;
using RetroVue.Media.FFmpeg.Codecs;
using RetroVue.Media.FFmpeg.Containers;
using RetroVue.Media.FFmpeg.Conversion;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using Spectre.Console;

namespace RetroVue.Samples;

/// <summary>One recording: devices, encoders, a file, a status line, and a plot at the end.</summary>
internal static class CaptureRun
{
    // Ten minutes, at 100 pictures and 100 blocks of sound per second.
    private const int PlotCapacity = 60_000;

    private static readonly ClockTime s_refresh = ClockTime.FromMilliseconds(500);

    /// <summary>Records until the duration is over, or until cancelled: the file is finished in both cases.</summary>
    public static async Task RunAsync(CaptureSettings settings, CancellationToken cancellation)
    {
        if (settings is { Video: null, Audio: null })
        {
            throw new FormatException("Say what to record: --video, --audio or both.");
        }

        if (settings.HasNewFiles && FileMuxer.IsUrl(settings.Output))
        {
            throw new FormatException("--new-files is for recording to a file, not to a URL.");
        }

        // The screen is disposed of last, after the pipeline that records from it.
        using ScreenCast? screen = settings.Video == SharedScreen.Name ? await SharedScreen.StartAsync(settings, cancellation).ConfigureAwait(false) : null;
        await using var pipeline = new Pipeline(new PipelineOptions { Name = "capture" });
        bool isTransportStream = FileMuxer.IsUrl(settings.Output) || settings.Output.EndsWith(".ts", StringComparison.OrdinalIgnoreCase);
        FileMuxer file = pipeline.Add(new FileMuxer(
            "file",
            settings.Output,
            new FileMuxerOptions { ProtocolOptions = settings.ProtocolOptions, NewFileOnChange = settings.HasNewFiles }));
        var streams = new List<(string Name, Element Source, TimestampProbe Probe)>();
        if (settings.Video is not null)
        {
            Element source = pipeline.Add(screen is null ? DeviceSelection.OpenVideo(settings) : SharedScreen.Open(screen, settings));
            TimestampProbe probe = pipeline.Add(new TimestampProbe("video-times", settings.Plot is null ? 0 : PlotCapacity));
            VideoConverter converter = pipeline.Add(new VideoConverter(
                "picture",
                settings.HasNewFiles
                    ? new VideoFormat(PixelFormat.Yuv420P, 0, 0, settings.FrameRate)
                    : new VideoFormat(PixelFormat.Yuv420P, settings.Width, settings.Height, settings.FrameRate),
                new VideoConverterOptions { KeepFormat = !settings.HasNewFiles }));
            Encoder encoder = pipeline.Add(new Encoder(
                "h264",
                new EncoderOptions { Codec = "h264", Preset = "veryfast", Tune = "zerolatency", GlobalHeader = !isTransportStream }));
            pipeline.Link(source, probe, converter, encoder);
            pipeline.Link(encoder.Outputs[0], file.AddStream("video"));
            streams.Add(("video", source, probe));
        }

        if (settings.Audio is not null)
        {
            Element source = pipeline.Add(DeviceSelection.OpenAudio(settings));
            TimestampProbe probe = pipeline.Add(new TimestampProbe("audio-times", settings.Plot is null ? 0 : PlotCapacity));
            AudioConverter converter = pipeline.Add(new AudioConverter("sound", DeviceSelection.EncodedSound));
            Encoder encoder = pipeline.Add(new Encoder("aac", new EncoderOptions { Codec = "aac", GlobalHeader = !isTransportStream }));
            pipeline.Link(source, probe, converter, encoder);
            pipeline.Link(encoder.Outputs[0], file.AddStream("audio"));
            streams.Add(("audio", source, probe));
        }

        await pipeline.StartAsync(CancellationToken.None).ConfigureAwait(false);
        Task run = pipeline.RunAsync(CancellationToken.None);
        await WatchAsync(pipeline, run, settings.Duration, [.. streams.Select(stream => stream.Source)], cancellation).ConfigureAwait(false);
        pipeline.End();
        await run.ConfigureAwait(false);
        if (settings.Plot is { } plot)
        {
            await File.WriteAllTextAsync(plot, TimestampPlot.Draw([.. streams.Select(stream => (stream.Name, stream.Probe.Snapshot()))]), CancellationToken.None)
                .ConfigureAwait(false);
        }
    }

    /// <summary>Shows the status, twice a second, until the pipeline ends, its time is over, or it is cancelled.</summary>
    private static async Task WatchAsync(Pipeline pipeline, Task run, ClockTime duration, Element[] sources, CancellationToken cancellation)
    {
        IClock system = pipeline.Executor.Waiter.SystemClock;
        ClockTime next = system.Now;
        await AnsiConsole.Status().StartAsync("recording", async status =>
        {
            while (!run.IsCompleted && !cancellation.IsCancellationRequested && !(pipeline.RunningTime >= duration))
            {
                status.Status = StatusLine.Of(pipeline, sources);
                next += s_refresh;
                ClockTime until = duration.IsNone ? next : ClockTime.Min(next, system.Now + (duration - pipeline.RunningTime));
                try
                {
                    Task wait = pipeline.Executor.WaitUntilAsync(system, until, cancellation);
                    await Task.WhenAny(wait, run).ConfigureAwait(false);
                }
                catch (OperationCanceledException)
                {
                    return;
                }
            }
        }).ConfigureAwait(false);
        Console.WriteLine(StatusLine.Of(pipeline, sources));
    }
}
