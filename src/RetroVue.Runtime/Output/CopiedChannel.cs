using Microsoft.Extensions.Logging;
using RetroVue.Media.FFmpeg.Containers;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using RetroVue.Runtime.Producers;

namespace RetroVue.Runtime.Output;

/// <summary>A channel that airs its items as they are encoded. All items have the same formats.</summary>
internal sealed class CopiedChannel : ChannelKind
{
    /// <summary>
    /// Makes a channel that airs packets of these formats. Its slates have those of the streams for which FFmpeg has an encoder.
    /// </summary>
    /// <param name="formats">The streams.</param>
    /// <param name="measured">The measured bit rates of its files; null to estimate them.</param>
    public CopiedChannel(ChannelFormats formats, ChannelRates? measured = null)
        : base(formats, RawOf(formats))
    {
        ChannelRates slates = ChannelRates.OfMedia(formats, SlateEncoders.MostBitRate(formats), 0);
        Rates = measured is null ? ChannelRates.Declared(formats) : measured with { Peak = Math.Max(measured.Peak, slates.Peak) };
    }

    /// <inheritdoc/>
    public override ChannelRates Rates { get; }

    /// <inheritdoc/>
    /// <remarks>The longest interval that is accepted.</remarks>
    public override ClockTime KeyFrameInterval => CopyAdmission.MostKeyFrameInterval;

    internal override ClockTime SlateReadAhead => ClockTime.FromSeconds(1);

    internal override IOutputStage CreateStage(ChannelLine line, FeedSwitcher feeds, PipelineOptions options) => new CopyStage(feeds);

    internal override IItemOpener CreateItems(
        ChannelLine line, SlateItems slates, InputCache cache, PipelineOptions options, ILoggerFactory? loggerFactory = null) =>
        new CopyItems(line, Formats, cache, options);

    internal override EncodedFormat? SlateFormat(MediaKind kind) => kind == MediaKind.Video ? Formats.Video : Formats.Audio;

    private static RawFormats RawOf(ChannelFormats formats)
    {
        ArgumentNullException.ThrowIfNull(formats);
        return new RawFormats(SlateEncoders.Picture(formats.Video), SlateEncoders.Silence(formats.Audio));
    }
}
