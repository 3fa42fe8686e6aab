using RetroVue.Media.FFmpeg.Containers;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Runtime.Channels;

/// <summary>Reads packets of pictures and measures how far apart key frames are. For one pipeline.</summary>
internal sealed class KeyFrameMeter : Element
{
    private ClockTime _lastKeyFrame = ClockTime.None;
    private ClockTime _end = ClockTime.None;

    private KeyFrameMeter()
        : base("meter") => AddInput();

    /// <summary>How much of a file is read at most: what an encoder does in five minutes it does to the end.</summary>
    private static ClockTime MostRead => ClockTime.FromSeconds(300);

    private ClockTime Longest { get; set; }

    /// <summary>The longest stretch from one key frame of a file to the next, or to the last picture read.</summary>
    /// <exception cref="MediaFileException">The file cannot be read.</exception>
    public static async Task<ClockTime> MeasureAsync(string file, Executor executor, CancellationToken cancellationToken)
    {
        var meter = new KeyFrameMeter();
        await using var pipeline = new Pipeline(new PipelineOptions { Name = "key-frames", Executor = executor });
        pipeline.Add(new FileDemuxer("file", file, new FileDemuxerOptions { Audio = false, StopAt = MostRead }));
        pipeline.Add(meter);
        await executor.InvokeAsync(() =>
        {
            var demuxer = (FileDemuxer)pipeline.Elements[0];
            demuxer.Open();
            pipeline.Link(demuxer.VideoOutput!, meter.Inputs[0]);
        }).ConfigureAwait(false);
        await pipeline.RunAsync(cancellationToken).ConfigureAwait(false);
        return ClockTime.Max(meter.Longest, meter._end - meter._lastKeyFrame);
    }

    /// <inheritdoc/>
    protected override void OnBuffer(InputPad input, MediaBuffer buffer)
    {
        _end = _end.IsNone ? buffer.Pts : ClockTime.Max(_end, buffer.Pts);
        if (buffer.IsKeyFrame)
        {
            Longest = _lastKeyFrame.IsNone ? Longest : ClockTime.Max(Longest, buffer.Pts - _lastKeyFrame);
            _lastKeyFrame = buffer.Pts;
        }

        buffer.Release();
    }
}
