using Microsoft.Extensions.Logging;
using RetroVue.Media.FFmpeg.Containers;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using RetroVue.Runtime.Producers;

namespace RetroVue.Runtime.Output;

/// <summary>
/// The kind of a channel: it airs its items as they are encoded (<see cref="CopiedChannel"/>), or it decodes them and encodes them again as
/// one stream (<see cref="TranscodedChannel"/>). This class makes every object that differs between the two.
/// </summary>
/// <remarks>Immutable and thread-safe. The kind of a channel never changes, even if its schedule does.</remarks>
internal abstract class ChannelKind
{
    private protected ChannelKind(ChannelFormats formats, RawFormats raw) => (Formats, Raw) = (formats, raw);

    /// <summary>The streams that the channel sends.</summary>
    public ChannelFormats Formats { get; }

    /// <summary>The formats of pictures and sound before encoding: of a transcoded channel's items, and of each channel's slates.</summary>
    public RawFormats Raw { get; }

    /// <summary>The bit rates that the channel's transport stream does not exceed.</summary>
    public abstract ChannelRates Rates { get; }

    /// <summary>The longest distance between the channel's key frames.</summary>
    public abstract ClockTime KeyFrameInterval { get; }

    /// <summary>How much of a slate is read ahead for the output.</summary>
    internal abstract ClockTime SlateReadAhead { get; }

    /// <summary>Makes the stage between the channel's feeds and its transport stream.</summary>
    internal abstract IOutputStage CreateStage(ChannelLine line, FeedSwitcher feeds, PipelineOptions options);

    /// <summary>Makes the object that opens the channel's items.</summary>
    /// <param name="line">The channel's time line.</param>
    /// <param name="slates">Make the pictures that an item does not have.</param>
    /// <param name="cache">Holds files that are open already.</param>
    /// <param name="options">Options for items' pipelines.</param>
    /// <param name="loggerFactory">Makes the logger that is told what of an item does not air correctly; null for nobody.</param>
    internal abstract IItemOpener CreateItems(
        ChannelLine line, SlateItems slates, InputCache cache, PipelineOptions options, ILoggerFactory? loggerFactory = null);

    /// <summary>Returns the format in which a stream of a slate is encoded before it airs; null if it airs as it is drawn.</summary>
    internal abstract EncodedFormat? SlateFormat(MediaKind kind);
}
