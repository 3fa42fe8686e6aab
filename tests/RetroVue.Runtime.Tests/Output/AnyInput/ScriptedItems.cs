using RetroVue.Media.FFmpeg.Containers;
using RetroVue.Media.Formats;
using RetroVue.Media.Memory;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using RetroVue.Runtime.Output;
using RetroVue.Runtime.Producers;
using RetroVue.Runtime.Schedules;
using RetroVue.Runtime.Time;

namespace RetroVue.Runtime.Tests.Output.AnyInput;

/// <summary>Opens invented files as the items of a copied channel, or as slates.</summary>
/// <param name="line">The channel's line.</param>
/// <param name="options">How pipelines run.</param>
/// <param name="files">Returns the packets of an entry's file, and the item whose marks they carry.</param>
/// <param name="isSlate">True if a file begins when it goes on the air, false if it begins with its entry.</param>
internal sealed class ScriptedItems(
    ChannelLine line, PipelineOptions options, Func<PlayoutEntry, (MediaScript Script, char Item)> files, bool isSlate = false) : IItemOpener
{
    /// <summary>The streams of each file.</summary>
    public static ChannelFormats Formats { get; } = new(
        new EncodedFormat("mpeg2video", MediaKind.Video) { Video = new VideoFormat(PixelFormat.Yuv420P, 320, 180, new Rational(25, 1)) },
        new EncodedFormat("mp2", MediaKind.Audio) { Audio = new AudioFormat(SampleFormat.F32Planar, 48_000, ChannelLayout.Stereo), FrameSize = 1152 });

    public Task<ItemPlayer> OpenAsync(PlayoutEntry entry, ClockTime from, ClockTime notBefore, CancellationToken cancellationToken)
    {
        var pipeline = new Pipeline(options);
        (MediaScript script, char item) = files(entry);
        ClockTime start = isSlate ? from : line.At(entry.Start);
        var input = new ChannelSink("channel", isSlate ? from : notBefore, line.At(entry.End));
        return ItemPlayer.StartAsync(pipeline, input, Build, cancellationToken);

        FileDemuxer? Build()
        {
            ScriptedFile file = pipeline.Add(new ScriptedFile("file", script, entry.Offset.ToClockTime() + from - start, from, [Formats.Video!, Formats.Audio!], Content));
            pipeline.Add(input);
            pipeline.Link(file.Output(MediaKind.Video)!, input.AddStream(MediaKind.Video));
            pipeline.Link(file.Output(MediaKind.Audio)!, input.AddStream(MediaKind.Audio));
            return null;
        }

        MediaMemory Content(ScriptedPacket packet) => HeapMemory.Copy([.. new Mark(item, packet.Number).ToBytes(), .. new byte[packet.Kind == MediaKind.Video ? 300 : 90]]);
    }
}
