using RetroVue.Media.FFmpeg.Codecs;
using RetroVue.Media.FFmpeg.Containers;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using RetroVue.Runtime.Output;
using RetroVue.Runtime.Schedules;

namespace RetroVue.Runtime.Producers;

/// <summary>Makes slates: a still with the clock and what comes next, raw for a transcoded channel, encoded for a copied one.</summary>
internal sealed class SlateItems(
    ChannelSchedule channel,
    ChannelLine line,
    TranscodeProfile profile,
    bool isEncoded,
    Func<PlayoutEntry, PlayoutEntry> following,
    PipelineOptions options) : IItemOpener
{
    public Task<ItemPlayer> OpenAsync(PlayoutEntry entry, ClockTime from, ClockTime notBefore, CancellationToken cancellationToken)
    {
        ClockTime end = line.At(entry.End);
        var pipeline = new Pipeline(options);
        var input = new ChannelInput("channel", from, end, isEncoded ? ClockTime.FromSeconds(1) : ClockTime.FromMilliseconds(250));
        return ItemPlayer.StartAsync(pipeline, input, Build, cancellationToken);

        FileDemuxer? Build()
        {
            PlayoutEntry next = following(entry);
            SlateSource source = pipeline.Add(new SlateSource("slate", new SlateOptions
            {
                Video = profile.Video,
                Audio = profile.Audio,
                Epoch = line.Epoch,
                Zone = channel.Zone,
                From = from,
                Until = end,
                Name = channel.Name,
                NextTitle = next.Title,
                NextStart = next.Start,
                Placement = StepPlacement.OwnThread,
            }));
            pipeline.Add(input);
            Link(source.VideoOutput, TranscodeStage.VideoEncoder("video-encoder"), MediaKind.Video);
            Link(source.AudioOutput, TranscodeStage.AudioEncoder("audio-encoder"), MediaKind.Audio);
            return null;
        }

        void Link(OutputPad? pad, Encoder encoder, MediaKind kind)
        {
            if (pad is null)
            {
                return;
            }

            OutputPad last = pad;
            if (isEncoded)
            {
                pipeline.Add(encoder);
                pipeline.Link(pad, encoder.Inputs[0]);
                last = encoder.Outputs[0];
            }

            pipeline.Link(last, input.AddStream(kind));
        }
    }
}
