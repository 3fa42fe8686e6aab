using System.Globalization;
using RetroVue.Media.Formats;
using RetroVue.Runtime.Output;

namespace RetroVue.Runtime.AspNetCore.Streams;

/// <summary>The playlist that leads to a viewer's own playlist (RFC 8216, 4.3.4.2).</summary>
internal static class MultivariantPlaylist
{
    /// <summary>Writes the playlist for one session.</summary>
    public static string Write(ChannelOutput output, string session)
    {
        CultureInfo plain = CultureInfo.InvariantCulture;
        (EncodedFormat? picture, EncodedFormat? sound) = output.Formats;
        string attributes = string.Create(plain, $"BANDWIDTH={output.Rates.Peak},AVERAGE-BANDWIDTH={output.Rates.Average}");
        string?[] codecs = [.. new[] { picture, sound }.OfType<EncodedFormat>().Select(CodecName.Of)];
        // An incomplete list would be wrong.
        attributes += Array.TrueForAll(codecs, codec => codec is not null) ? $",CODECS=\"{string.Join(',', codecs)}\"" : "";
        if (picture?.Video is { } video)
        {
            attributes += string.Create(plain, $",RESOLUTION={video.Width}x{video.Height}");
            attributes += video.FrameRate.IsPositive ? string.Create(plain, $",FRAME-RATE={video.FrameRate.ToDouble():0.000}") : "";
            attributes += video.Color.Transfer switch { "arib-std-b67" => ",VIDEO-RANGE=HLG", "smpte2084" => ",VIDEO-RANGE=PQ", _ => "" };
        }

        return $"#EXTM3U\n#EXT-X-VERSION:6\n#EXT-X-INDEPENDENT-SEGMENTS\n#EXT-X-STREAM-INF:{attributes}\nindex.m3u8?session={session}\n";
    }
}
