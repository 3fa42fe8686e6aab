using System.Collections.Frozen;

namespace RetroVue.Media.FFmpeg.Containers;

/// <summary>
/// The codecs with a stream type or a registered descriptor in transport streams, as libavformat's muxer writes them
/// (libavformat/mpegtsenc.c). It writes all others as private data, which no receiver understands, and only logs a warning.
/// </summary>
internal static class TransportStreamCodecs
{
    private static readonly FrozenSet<string> s_names = FrozenSet.Create(
        StringComparer.Ordinal,
        "mpeg1video", "mpeg2video", "mpeg4", "h264", "hevc", "vvc", "cavs", "avs2", "avs3", "dirac", "vc1",
        "mp2", "mp3", "aac", "aac_latm", "ac3", "eac3", "dts", "truehd", "opus", "s302m", "pcm_bluray",
        "dvb_subtitle", "dvb_teletext", "arib_caption", "klv", "timed_id3");

    /// <summary>True if a codec is one of them.</summary>
    /// <param name="codec">FFmpeg's descriptor name.</param>
    public static bool Contains(string codec) => s_names.Contains(codec);
}
