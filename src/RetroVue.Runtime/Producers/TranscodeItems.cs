using RetroVue.Media.FFmpeg.Codecs;
using RetroVue.Media.FFmpeg.Containers;
using RetroVue.Media.FFmpeg.Conversion;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using RetroVue.Runtime.Output;
using RetroVue.Runtime.Schedules;
using RetroVue.Runtime.Time;

namespace RetroVue.Runtime.Producers;

/// <summary>Opens files for a channel that is transcoded: decoded and converted to the channel's size, rate and layout.</summary>
internal sealed class TranscodeItems(ChannelLine line, TranscodeProfile profile, InputShelf shelf, PipelineOptions options) : IItemOpener
{
    /// <summary>Decoded pictures are large: only a quarter of a second of them is kept.</summary>
    private static readonly ClockTime s_lead = ClockTime.FromMilliseconds(250);

    public Task<ItemPlayer> OpenAsync(PlayoutEntry entry, ClockTime from, ClockTime notBefore, CancellationToken cancellationToken)
    {
        ClockTime start = line.At(entry.Start), end = line.At(entry.End);
        var pipeline = new Pipeline(options);
        var input = new ChannelInput("channel", notBefore, end, s_lead);
        return ItemPlayer.StartAsync(pipeline, input, Build, cancellationToken);

        FileDemuxer Build()
        {
            ClockTime position = entry.Offset.ToClockTime() + (from - start);
            FileDemuxer demuxer = pipeline.Add(new FileDemuxer(
                "file",
                entry.File!,
                new FileDemuxerOptions
                {
                    StartAt = position,
                    StopAt = position + (end - from),
                    RunningTimeOffset = from,
                    Video = profile.Video is not null,
                    Audio = profile.Audio is not null,
                    Shelf = shelf,
                    OpenLimit = NormalProducer.OpenLimit,
                    Placement = StepPlacement.OwnThread,
                }));
            pipeline.Add(input);
            demuxer.Open();
            if (profile.Video is not null && demuxer.VideoOutput is null && demuxer.Info.Streams.Any(IsPicture))
            {
                throw new InvalidDataException($"'{entry.File}' has pictures of a codec that FFmpeg does not know.");
            }

            if (demuxer.VideoOutput is { } video)
            {
                Link(video, new VideoConverter("video-converter", profile.Video!), MediaKind.Video);
            }

            if (demuxer.AudioOutput is { } audio)
            {
                Link(audio, new AudioConverter("audio-converter", profile.Audio!), MediaKind.Audio);
            }

            return demuxer;
        }

        static bool IsPicture(StreamInfo stream) => stream.Format.Kind == MediaKind.Video && !stream.IsAttachedPicture;

        void Link(OutputPad pad, Element converter, MediaKind kind)
        {
            Decoder decoder = pipeline.Add(new Decoder(kind == MediaKind.Video ? "video-decoder" : "audio-decoder"));
            pipeline.Add(converter);
            pipeline.Link(pad, decoder.Inputs[0]);
            pipeline.Link(decoder, converter);
            pipeline.Link(converter.Outputs[0], input.AddStream(kind));
        }
    }
}
