using System.Globalization;
using RetroVue.Runtime.Output;

namespace RetroVue.Runtime.AspNetCore.Streams;

/// <summary>The playlist that leads a viewer to its own (RFC 8216, 4.3.4.2).</summary>
internal static class MultivariantPlaylist
{
    /// <summary>What is said where the streams do not tell their bit rate, which the format demands to be said.</summary>
    private const long UsualBitRate = 2_000_000;

    /// <summary>The playlist for one session.</summary>
    public static string Write(ChannelFormats formats, string session)
    {
        CultureInfo plain = CultureInfo.InvariantCulture;
        long bitRate = (formats.Video?.BitRate ?? 0) + (formats.Audio?.BitRate ?? 0);
        string attributes = string.Create(plain, $"BANDWIDTH={(bitRate > 0 ? bitRate * 5 / 4 : UsualBitRate)}");
        if (formats.Video?.Video is { } video)
        {
            attributes += string.Create(plain, $",RESOLUTION={video.Width}x{video.Height}");
        }

        return $"#EXTM3U\n#EXT-X-VERSION:6\n#EXT-X-INDEPENDENT-SEGMENTS\n#EXT-X-STREAM-INF:{attributes}\nindex.m3u8?session={session}\n";
    }
}
