using RetroVue.Media.Formats;

namespace RetroVue.Runtime.Output;

/// <summary>What a channel's transport stream is held to, as a playlist has to tell it beforehand.</summary>
/// <param name="Peak">The most bits per second of any stretch of half a target duration or more.</param>
/// <param name="Average">The most bits per second in the long run.</param>
public sealed record ChannelRates(long Peak, long Average)
{
    /// <summary>A packet of a transport stream, in bits.</summary>
    private const long Packet = 188 * 8;

    /// <summary>What a transport stream makes of encoded media: packets have headers and are filled up, tables and clock references come on top.</summary>
    /// <param name="formats">The streams.</param>
    /// <param name="peak">The most bits per second of their packets, as for <see cref="Peak"/>.</param>
    /// <param name="average">The most bits per second of their packets in the long run.</param>
    internal static ChannelRates OfMedia(ChannelFormats formats, long peak, long average)
    {
        ArgumentNullException.ThrowIfNull(formats);
        double pictures = formats.Video?.Video is { FrameRate: { IsPositive: true } rate } ? rate.ToDouble() : formats.Video is null ? 0 : 60;
        // A picture or a piece of sound (ten a second at most) begins with a header and ends in a packet that is not full; clock references
        // come 25 times a second, three tables four times and at each key frame.
        long fixedRate = (long)((pictures + 10 + 25 + (3 * 8)) * Packet);
        return new ChannelRates(fixedRate + (peak * 188 / 182), fixedRate + (average * 188 / 182));
    }

    /// <summary>If nobody has measured: twice what the streams declare, or what is usual.</summary>
    internal static ChannelRates Declared(ChannelFormats formats)
    {
        const long usualPicture = 6_000_000, usualSound = 320_000;
        long declared = Declared(formats.Video, usualPicture) + Declared(formats.Audio, usualSound);
        return OfMedia(formats, declared * 2, declared);
    }

    private static long Declared(EncodedFormat? format, long usual) => format is null ? 0 : format.BitRate > 0 ? format.BitRate : usual;
}
