using RetroVue.Media.Formats;

namespace RetroVue.Runtime.Output;

/// <summary>The bit rates that a channel's transport stream does not exceed. A playlist has to declare them in advance.</summary>
/// <param name="Peak">The highest number of bits per second, over any period of half a target duration or more.</param>
/// <param name="Average">The highest number of bits per second in the long run.</param>
public sealed record ChannelRates(long Peak, long Average)
{
    /// <summary>A packet of a transport stream, in bits.</summary>
    private const long Packet = 188 * 8;

    /// <summary>
    /// Returns the rates of a transport stream from those of its media: packets have headers and padding, and tables and clock references
    /// are added.
    /// </summary>
    /// <param name="formats">The streams.</param>
    /// <param name="peak">The highest number of bits per second of the media, measured as for <see cref="Peak"/>.</param>
    /// <param name="average">The highest number of bits per second of the media in the long run.</param>
    internal static ChannelRates OfMedia(ChannelFormats formats, long peak, long average)
    {
        ArgumentNullException.ThrowIfNull(formats);
        double pictures = formats.Video?.Video is { FrameRate: { IsPositive: true } rate } ? rate.ToDouble() : formats.Video is null ? 0 : 60;
        // Each picture, and each packet of sound (at most ten a second), begins with a header and ends in a packet that is not full. Clock
        // references come 25 times a second; three tables come four times a second and at each key frame.
        long fixedRate = (long)((pictures + 10 + 25 + (3 * 8)) * Packet);
        return new ChannelRates(fixedRate + (peak * 188 / 182), fixedRate + (average * 188 / 182));
    }

    /// <summary>
    /// Returns an estimate if the rates have not been measured: twice the declared rates of the streams, or usual values.
    /// </summary>
    internal static ChannelRates Declared(ChannelFormats formats)
    {
        const long usualPicture = 6_000_000, usualSound = 320_000;
        long declared = Declared(formats.Video, usualPicture) + Declared(formats.Audio, usualSound);
        return OfMedia(formats, declared * 2, declared);
    }

    private static long Declared(EncodedFormat? format, long usual) => format is null ? 0 : format.BitRate > 0 ? format.BitRate : usual;
}
