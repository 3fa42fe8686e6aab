using RetroVue.Media.Clocks;
using RetroVue.Media.Devices.Interop.PipeWire;
using RetroVue.Media.Devices.PipeWire;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.Devices.Tests.PipeWire;

/// <summary>Runs a source for a while. Keeps PipeWire's record of each buffer beside the buffer's PTS.</summary>
internal sealed class Capture
{
    private Capture()
    {
    }

    public List<(rv_pw_record Record, ClockTime Pts)> Taken { get; } = new(100_000);

    public List<ClockTime> Expected { get; } = new(100_000);

    public CaptureSink Sink { get; private set; } = null!;

    public CaptureStatistics Statistics { get; private set; }

    public rv_pw_counters Counters { get; private set; }

    public long Copied { get; private set; }

    public long Overwritten { get; private set; }

    /// <summary>Records until a buffer has the PTS <paramref name="length"/>, with the system clock as the reference.</summary>
    /// <param name="source">The source.</param>
    /// <param name="length">The length of the recording.</param>
    /// <param name="captured">Returns the time at which a record's buffer was captured, as the test computes it; null to compute
    /// none.</param>
    /// <param name="keep">The number of buffers that the sink holds.</param>
    public static async Task<Capture> RunAsync(
        PipeWireSource source,
        ClockTime length,
        Func<rv_pw_record, ClockTime>? captured = null,
        int keep = 0)
    {
        var capture = new Capture { Sink = new CaptureSink(length, keep) };
        await using var pipeline = new Pipeline();
        pipeline.UseClock(SystemClock.Instance);
        pipeline.Add(source);
        pipeline.Add(capture.Sink);
        pipeline.Link(source, capture.Sink);
        source.Taken = (record, buffer) =>
        {
            capture.Taken.Add((record, buffer.Pts));
            if (captured is not null)
            {
                capture.Expected.Add(pipeline.Clock.At(captured(record)) - pipeline.BaseTime);
            }
        };
        await pipeline.StartAsync();
        Task run = pipeline.RunAsync();
        await Task.WhenAny(run, capture.Sink.Enough, Task.Delay(length.ToTimeSpan() + TimeSpan.FromSeconds(10)));
        capture.Counters = source.Counters;
        await pipeline.StopAsync();
        await run;
        capture.Statistics = source.Statistics;
        capture.Copied = source.CopiedBuffers;
        capture.Overwritten = source.OverwrittenBuffers;
        return capture;
    }
}
