using RetroVue.Media.Formats;
using RetroVue.Media.Time;
using RetroVue.Runtime.Output;
using RetroVue.Runtime.Producers;
using RetroVue.Runtime.Schedules;

namespace RetroVue.Runtime.Channels;

/// <summary>What a channel's streams are made of: copied packets of one kind, or pictures and sound of one size and rate to encode.</summary>
/// <param name="Copy">The streams of a copied channel; null for a transcoded one.</param>
/// <param name="Raw">
/// The pictures and sound of a transcoded channel; for a copied one those that its streams decode to, of which slates are made.
/// </param>
public sealed record ChannelContent(ChannelFormats? Copy, TranscodeProfile Raw)
{
    private const int SampleRate = 48_000;

    /// <summary>The colour of transcoded channels, whatever their size: limited range and BT.709 in every respect.</summary>
    public static ColorDescription TranscodedColor { get; } = new("tv", "bt709", "bt709", "bt709");

    /// <summary>What a copied channel's stream is held to, slates and all; null if nobody has measured, and for a transcoded channel.</summary>
    public ChannelRates? Rates { get; private init; }

    /// <summary>A channel that airs packets of these formats; its slates have what of them FFmpeg has an encoder for.</summary>
    /// <param name="formats">The streams.</param>
    /// <param name="measured">What its files are held to; null if nobody has measured.</param>
    public static ChannelContent Copied(ChannelFormats formats, ChannelRates? measured = null)
    {
        ArgumentNullException.ThrowIfNull(formats);
        ChannelRates slates = ChannelRates.OfMedia(formats, SlateEncoders.MostBitRate(formats), 0);
        return new ChannelContent(
            formats,
            new TranscodeProfile(SlateEncoders.Picture(formats.Video), SlateEncoders.Silence(formats.Audio)))
        {
            Rates = measured is null ? null : measured with { Peak = Math.Max(measured.Peak, slates.Peak) },
        };
    }

    /// <summary>A channel that is encoded as its profile says, with stereo sound.</summary>
    public static ChannelContent Transcoded(ChannelProfile profile)
    {
        ArgumentNullException.ThrowIfNull(profile);
        return new ChannelContent(
            null,
            new TranscodeProfile(
                new VideoFormat(PixelFormat.Yuv420P, profile.Width, profile.Height, profile.Rate)
                {
                    Color = TranscodedColor,
                    Interlacing = profile.Interlacing,
                },
                new AudioFormat(SampleFormat.F32Planar, SampleRate, ChannelLayout.Stereo)));
    }

    /// <summary>The pictures that a slate is drawn in, which are converted to those that are aired where they are unlike.</summary>
    internal static VideoFormat Drawn(VideoFormat aired) => aired with
    {
        PixelFormat = PixelFormat.Yuv420P,
        Color = aired.Color == default ? default : TranscodedColor,
    };
}
