using Microsoft.Extensions.Logging;
using RetroVue.Media.FFmpeg.Codecs;
using RetroVue.Media.FFmpeg.Containers;
using RetroVue.Media.FFmpeg.Conversion;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using RetroVue.Runtime.Channels;
using RetroVue.Runtime.Output;
using RetroVue.Runtime.Schedules;

namespace RetroVue.Runtime.Producers;

/// <summary>
/// Makes slates: a fixed picture with the clock and the next title. Raw for a transcoded channel, encoded like its streams for a copied
/// one.
/// </summary>
/// <param name="channel">The channel whose name and local time the slates show.</param>
/// <param name="line">The channel's line.</param>
/// <param name="kind">Copied or transcoded, and the formats.</param>
/// <param name="following">Returns the entry that follows another one.</param>
/// <param name="options">Options for the pipelines.</param>
/// <param name="loggerFactory">Makes the logger that is told of letters that cannot be drawn; null for nobody.</param>
internal sealed class SlateItems(
    Channel channel,
    ChannelLine line,
    ChannelKind kind,
    Func<PlayoutEntry, PlayoutEntry> following,
    PipelineOptions options,
    ILoggerFactory? loggerFactory = null) : IItemOpener
{
    /// <summary>Describes the slate that replaces an entry, or its picture.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="from">When the slate begins, on the channel's line.</param>
    /// <param name="video">The pictures; null for none.</param>
    /// <param name="audio">The silence; null for none.</param>
    public SlateOptions Describe(PlayoutEntry entry, ClockTime from, VideoFormat? video, AudioFormat? audio)
    {
        PlayoutEntry next = following(entry);
        return new SlateOptions
        {
            Video = video,
            Audio = audio,
            Epoch = line.Epoch,
            Zone = channel.Zone,
            From = from,
            Until = line.At(entry.End),
            Name = channel.Name,
            NextTitle = next.Title,
            NextStart = next.Start,
            LoggerFactory = loggerFactory,
            Placement = StepPlacement.OwnThread,
        };
    }

    public Task<ItemPlayer> OpenAsync(PlayoutEntry entry, ClockTime from, ClockTime notBefore, CancellationToken cancellationToken)
    {
        var pipeline = new Pipeline(options);
        var sink = new ChannelSink(
            "channel", from, line.At(entry.End), kind.SlateReadAhead);
        return ItemPlayer.StartAsync(pipeline, sink, Build, cancellationToken);

        FileDemuxer? Build()
        {
            VideoFormat? drawn = kind.Raw.Video is { } video ? Drawn(video) : null;
            AudioFormat? silence = kind.Raw.Audio is { } audio ? audio with { SampleFormat = SampleFormat.F32Planar } : null;
            SlateSource source = pipeline.Add(new SlateSource("slate", Describe(entry, from, drawn, silence)));
            pipeline.Add(sink);
            if (source.VideoOutput is { } pictures)
            {
                Element? converter = Equals(drawn, kind.Raw.Video) ? null : new VideoConverter("video-converter", kind.Raw.Video!);
                Link(pictures, converter, MediaKind.Video);
            }

            if (source.AudioOutput is { } sound)
            {
                Element? converter = Equals(silence, kind.Raw.Audio) ? null : new AudioConverter("audio-converter", kind.Raw.Audio!);
                Link(sound, converter, MediaKind.Audio);
            }

            return null;
        }

        void Link(OutputPad pad, Element? converter, MediaKind stream)
        {
            EncodedFormat? encoded = kind.SlateFormat(stream);
            Element? encoder = encoded is null ? null : new Encoder(stream == MediaKind.Video ? "video-encoder" : "audio-encoder", SlateEncoders.For(encoded)!);
            foreach (Element element in new[] { converter, encoder }.OfType<Element>())
            {
                pipeline.Add(element);
                pipeline.Link(pad, element.Inputs[0]);
                pad = element.Outputs[0];
            }

            pipeline.Link(pad, sink.AddStream(stream));
        }
    }

    /// <summary>Returns the format in which a slate is drawn. It is converted if the channel's format differs.</summary>
    private static VideoFormat Drawn(VideoFormat aired) => aired with
    {
        PixelFormat = PixelFormat.Yuv420P,
        Color = aired.Color == default ? default : TranscodedChannel.Color,
    };
}
