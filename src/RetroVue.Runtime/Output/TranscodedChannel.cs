using Microsoft.Extensions.Logging;
using RetroVue.Media.FFmpeg.Containers;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using RetroVue.Runtime.Producers;
using RetroVue.Runtime.Schedules;

namespace RetroVue.Runtime.Output;

/// <summary>A channel whose items are decoded, converted to one size, rate and layout, and encoded as one.</summary>
internal sealed class TranscodedChannel : ChannelKind
{
    private const int SampleRate = 48_000;

    /// <summary>Makes a channel from a profile, with stereo sound.</summary>
    public TranscodedChannel(TranscodeProfile profile)
        : this(RawOf(profile))
    {
    }

    /// <summary>Makes a channel of these formats; the sound must be planar floats.</summary>
    public TranscodedChannel(RawFormats raw)
        : base(TranscodeStage.Formats(raw), raw)
    {
    }

    /// <summary>The colour of transcoded channels, whatever their size: limited range and BT.709 in every respect.</summary>
    public static ColorDescription Color { get; } = new("tv", "bt709", "bt709", "bt709");

    /// <inheritdoc/>
    public override ChannelRates Rates => TranscodeStage.Rates(Raw);

    /// <inheritdoc/>
    /// <remarks>Two seconds.</remarks>
    public override ClockTime KeyFrameInterval => TranscodeStage.KeyFrameInterval;

    internal override ClockTime SlateReadAhead => ClockTime.FromMilliseconds(250);

    internal override IOutputStage CreateStage(ChannelLine line, FeedSwitcher feeds, PipelineOptions options) =>
        new TranscodeStage(line, Raw, feeds, options);

    internal override IItemOpener CreateItems(
        ChannelLine line, SlateItems slates, InputCache cache, PipelineOptions options, ILoggerFactory? loggerFactory = null) =>
        new TranscodeItems(line, Raw, slates, cache, options, loggerFactory);

    internal override EncodedFormat? SlateFormat(MediaKind kind) => null;

    private static RawFormats RawOf(TranscodeProfile profile)
    {
        ArgumentNullException.ThrowIfNull(profile);
        return new RawFormats(
            new VideoFormat(PixelFormat.Yuv420P, profile.Width, profile.Height, profile.Rate) { Color = Color, Interlacing = profile.Interlacing },
            new AudioFormat(SampleFormat.F32Planar, SampleRate, ChannelLayout.Stereo));
    }
}
