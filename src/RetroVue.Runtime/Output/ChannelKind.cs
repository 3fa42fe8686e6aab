using RetroVue.Media.FFmpeg.Containers;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using RetroVue.Runtime.Producers;

namespace RetroVue.Runtime.Output;

/// <summary>
/// What kind of channel it is: one that airs its items as they are encoded (<see cref="CopiedChannel"/>), or one that decodes them and encodes them
/// again as one (<see cref="TranscodedChannel"/>). Everything that is done otherwise in the one than in the other is made here.
/// </summary>
/// <remarks>Immutable and thread-safe. Fixed for the channel's life, whatever its schedule becomes.</remarks>
internal abstract class ChannelKind
{
    private protected ChannelKind(ChannelFormats formats, RawFormats raw) => (Formats, Raw) = (formats, raw);

    /// <summary>The streams that the channel sends.</summary>
    public ChannelFormats Formats { get; }

    /// <summary>The pictures and sound before they are encoded: of a transcoded channel's items, and of every channel's slates.</summary>
    public RawFormats Raw { get; }

    /// <summary>What the channel's transport stream is held to.</summary>
    public abstract ChannelRates Rates { get; }

    /// <summary>How far apart the channel's key frames are at most.</summary>
    public abstract ClockTime KeyFrameInterval { get; }

    /// <summary>How much of a slate is kept for the output.</summary>
    internal abstract ClockTime SlateReadAhead { get; }

    /// <summary>What stands between the channel's feeds and its transport stream.</summary>
    internal abstract IOutputStage CreateStage(ChannelLine line, FeedSwitcher feeds, PipelineOptions options);

    /// <summary>What opens the channel's items.</summary>
    /// <param name="line">The channel's time line.</param>
    /// <param name="slates">Says what stands in for pictures that an item does not have.</param>
    /// <param name="shelf">Where files are that are open already.</param>
    /// <param name="options">How items' pipelines run.</param>
    internal abstract IItemOpener CreateItems(ChannelLine line, SlateItems slates, InputShelf shelf, PipelineOptions options);

    /// <summary>What a stream of a slate is encoded as before it is aired; null if it is aired as it is drawn.</summary>
    internal abstract EncodedFormat? SlateFormat(MediaKind kind);
}
