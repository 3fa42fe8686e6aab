using RetroVue.Media.Formats;
using RetroVue.Media.Time;
using RetroVue.Runtime.Output;
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

    /// <summary>A channel that airs packets of these formats; its slates have what of them is H.264 and AAC, the codecs slates are made in.</summary>
    public static ChannelContent Copied(ChannelFormats formats)
    {
        ArgumentNullException.ThrowIfNull(formats);
        return new ChannelContent(
            formats,
            new TranscodeProfile(
                formats.Video is { Codec: "h264", Video: { } video } ? video with { PixelFormat = PixelFormat.Yuv420P } : null,
                formats.Audio is { Codec: "aac", Audio: { } audio } ? audio with { SampleFormat = SampleFormat.F32Planar } : null));
    }

    /// <summary>A channel that is encoded as its profile says, with stereo sound.</summary>
    public static ChannelContent Transcoded(ChannelProfile profile)
    {
        ArgumentNullException.ThrowIfNull(profile);
        return new ChannelContent(
            null,
            new TranscodeProfile(
                new VideoFormat(PixelFormat.Yuv420P, profile.Width, profile.Height, profile.Rate),
                new AudioFormat(SampleFormat.F32Planar, SampleRate, ChannelLayout.Stereo)));
    }
}
