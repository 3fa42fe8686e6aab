using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using RetroVue.Media.FFmpeg.Codecs;
using RetroVue.Media.FFmpeg.Containers;
using RetroVue.Media.FFmpeg.Conversion;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using RetroVue.Runtime.Output;
using RetroVue.Runtime.Producers.Slates;
using RetroVue.Runtime.Schedules;
using RetroVue.Runtime.Time;

namespace RetroVue.Runtime.Producers;

/// <summary>Opens files for a transcoded channel: decodes them and converts them to the channel's size, rate and layout.</summary>
internal sealed class TranscodeItems(
    ChannelLine line,
    RawFormats raw,
    SlateItems slates,
    InputCache cache,
    PipelineOptions options,
    ILoggerFactory? loggerFactory) : IItemOpener
{
    /// <summary>Decoded pictures are large: only a quarter of a second of them is kept.</summary>
    private static readonly ClockTime s_lead = ClockTime.FromMilliseconds(250);

    /// <summary>The smallest rotation that people notice, in degrees.</summary>
    private const double LeastTilt = 3;

    private readonly ILogger _logger = loggerFactory?.CreateLogger<TranscodeItems>() ?? NullLogger<TranscodeItems>.Instance;

    public Task<ItemPlayer> OpenAsync(PlayoutEntry entry, ClockTime from, ClockTime notBefore, CancellationToken cancellationToken)
    {
        ClockTime start = line.At(entry.Start), end = line.At(entry.End);
        var pipeline = new Pipeline(options);
        var sink = new ChannelSink("channel", from, end, s_lead);
        return ItemPlayer.StartAsync(pipeline, sink, Build, cancellationToken);

        FileDemuxer Build()
        {
            ClockTime position = entry.Offset.ToClockTime() + (from - start);
            FileDemuxer demuxer = pipeline.Add(new FileDemuxer(
                "file",
                entry.File!,
                new FileDemuxerOptions
                {
                    StartAt = position,
                    RunningTimeOffset = from,
                    Video = raw.Video is not null,
                    Audio = raw.Audio is not null,
                    Streams = entry.Streams,
                    Cache = cache,
                    OpenLimit = NormalProducer.OpenLimit,
                    Placement = StepPlacement.OwnThread,
                }));
            pipeline.Add(sink);
            demuxer.Open();
            if (raw.Video is not null && demuxer.VideoOutput is null && demuxer.Info.Streams.Any(IsPicture))
            {
                throw new InvalidDataException($"'{entry.File}' has pictures of a codec that FFmpeg does not know.");
            }

            if (demuxer.VideoOutput is { } video)
            {
                WarnOfTilt(demuxer.Info.Video!);
                var converting = new VideoConverterOptions { FallsShort = Warn };
                Link(Decode(video, new VideoConverter("video-converter", raw.Video!, converting), "video-decoder"), MediaKind.Video);
            }

            if (demuxer.AudioOutput is { } audio)
            {
                OutputPad sound = Decode(audio, new AudioConverter("audio-converter", raw.Audio!), "audio-decoder");
                Link(demuxer.VideoOutput is null ? BesideSlate(sound) : sound, MediaKind.Audio);
            }

            return demuxer;
        }

        static bool IsPicture(StreamInfo stream) => stream.Format.Kind == MediaKind.Video && !stream.IsAttachedPicture;

        OutputPad Decode(OutputPad pad, Element converter, string name)
        {
            CodecWatch watch = pipeline.Add(new CodecWatch($"{name}-watch"));
            Decoder decoder = pipeline.Add(new Decoder(name));
            pipeline.Add(converter);
            pipeline.Link(pad, watch.Inputs[0]);
            pipeline.Link(watch, decoder);
            pipeline.Link(decoder, converter);
            return converter.Outputs[0];
        }

        OutputPad BesideSlate(OutputPad sound)
        {
            if (raw.Video is not { } picture || !SlatePicture.CanDraw(picture))
            {
                return sound;
            }

            SlateBesideSound slate = pipeline.Add(new SlateBesideSound("slate", slates.Describe(entry, from, picture, null)));
            pipeline.Link(sound, slate.Inputs[0]);
            Link(slate.VideoOutput, MediaKind.Video);
            return slate.AudioOutput;
        }

        void Link(OutputPad pad, MediaKind kind) => pipeline.Link(pad, sink.AddStream(kind));

        void WarnOfTilt(StreamInfo stream)
        {
            if (stream.Tilt > LeastTilt)
            {
                Warn(string.Create(CultureInfo.InvariantCulture, $"it is rotated by {stream.Tilt:0} degrees from a quarter turn, and only quarter turns are corrected"));
            }
        }

        void Warn(string shortcoming) => RuntimeLog.PictureFallsShort(_logger, options.Name, entry.File!, shortcoming);
    }
}
