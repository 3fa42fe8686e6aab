using RetroVue.Media.Elements.TestSources;
using RetroVue.Media.FFmpeg.Codecs;
using RetroVue.Media.FFmpeg.Containers;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Runtime.Tests.Channels;

/// <summary>The pictures of a recorded transport stream, as a viewer sees them: each with its time and its number.</summary>
internal sealed class ReceivedFrames : Element
{
    private readonly List<(ClockTime Pts, long Number)> _frames = [];

    private ReceivedFrames()
        : base("seen") => AddInput();

    public static async Task<IReadOnlyList<(ClockTime Pts, long Number)>> ReadAsync(string path)
    {
        await using var pipeline = new Pipeline();
        FileDemuxer demuxer = pipeline.Add(new FileDemuxer("file", path, new FileDemuxerOptions { Audio = false }));
        demuxer.Open();
        Decoder decoder = pipeline.Add(new Decoder("decoder"));
        ReceivedFrames seen = pipeline.Add(new ReceivedFrames());
        pipeline.Link(demuxer.VideoOutput!, decoder.Inputs[0]);
        pipeline.Link(decoder, seen);
        await pipeline.RunAsync();
        return seen._frames;
    }

    protected override void OnBuffer(InputPad input, MediaBuffer buffer)
    {
        var format = (VideoFormat)input.Format!;
        bool isRead = FrameBlocks.TryRead(buffer.Data, buffer.Memory.Stride(0), format.Width, format.Height, out long number);
        _frames.Add((buffer.Pts, isRead ? number : -1));
        buffer.Release();
    }
}
