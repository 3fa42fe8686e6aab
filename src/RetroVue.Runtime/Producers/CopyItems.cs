using RetroVue.Media.FFmpeg.Containers;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using RetroVue.Runtime.Output;
using RetroVue.Runtime.Schedules;
using RetroVue.Runtime.Time;

namespace RetroVue.Runtime.Producers;

/// <summary>Opens files for a channel that airs them as they are encoded.</summary>
internal sealed class CopyItems(ChannelLine line, ChannelFormats formats, InputCache cache, PipelineOptions options) : IItemOpener
{
    public Task<ItemPlayer> OpenAsync(PlayoutEntry entry, ClockTime from, ClockTime notBefore, CancellationToken cancellationToken)
    {
        ClockTime start = line.At(entry.Start);
        var pipeline = new Pipeline(options);
        var sink = new ChannelSink("channel", notBefore, line.At(entry.End));
        return ItemPlayer.StartAsync(pipeline, sink, Build, cancellationToken);

        FileDemuxer Build()
        {
            FileDemuxer demuxer = pipeline.Add(new FileDemuxer(
                "file",
                entry.File!,
                new FileDemuxerOptions
                {
                    StartAt = entry.Offset.ToClockTime() + (from - start),
                    RunningTimeOffset = from,
                    Video = formats.Video is not null,
                    Audio = formats.Audio is not null,
                    Streams = entry.Streams,
                    Cache = cache,
                    OpenLimit = NormalProducer.OpenLimit,
                }));
            pipeline.Add(sink);
            demuxer.Open();
            // The file was probed when the schedule was loaded, but it may have been replaced since.
            var streams = new ChannelFormats(demuxer.Info.Video?.Format, demuxer.Info.Audio?.Format);
            if (CopyAdmission.FindDifference(streams, formats) is { } difference)
            {
                throw new InvalidDataException($"'{entry.File}' {difference}, but a copied channel cannot change its format.");
            }

            Link(demuxer.VideoOutput, MediaKind.Video);
            Link(demuxer.AudioOutput, MediaKind.Audio);
            return demuxer;
        }

        void Link(OutputPad? pad, MediaKind kind)
        {
            if (pad is not null)
            {
                pipeline.Link(pad, sink.AddStream(kind));
            }
        }
    }
}
