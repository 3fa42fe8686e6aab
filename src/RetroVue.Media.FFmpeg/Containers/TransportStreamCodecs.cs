using System.Collections.Frozen;

namespace RetroVue.Media.FFmpeg.Containers;

/// <summary>
/// The codecs that a transport stream has a stream type or a registered descriptor for, as libavformat's muxer writes them
/// (libavformat/mpegtsenc.c). All others it writes as private data, which no receiver makes anything of, and only warns.
/// </summary>
internal static class TransportStreamCodecs
{
    private static readonly FrozenSet<string> s_names = FrozenSet.Create(
        StringComparer.Ordinal,
        "mpeg1video", "mpeg2video", "mpeg4", "h264", "hevc", "vvc", "cavs", "avs2", "avs3", "dirac", "vc1",
        "mp2", "mp3", "aac", "aac_latm", "ac3", "eac3", "dts", "truehd", "opus", "s302m", "pcm_bluray",
        "dvb_subtitle", "dvb_teletext", "arib_caption", "klv", "timed_id3");

    /// <summary>Whether a codec is one of them.</summary>
    /// <param name="codec">By FFmpeg's descriptor name.</param>
    public static bool Contains(string codec) => s_names.Contains(codec);
}
