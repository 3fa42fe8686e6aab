using System.Globalization;
using System.Text;
using RetroVue.Media.Time;

namespace RetroVue.Media.Elements.Hls;

/// <summary>A live media playlist (RFC 8216 4.3.3) at one moment. Immutable and thread-safe.</summary>
/// <param name="Entries">The segments listed, oldest first; at least one.</param>
/// <param name="DiscontinuitySequence">Discontinuities that have left the playlist.</param>
/// <param name="LongestDuration">The longest segment so far, which the target duration follows from.</param>
/// <param name="EpochUnixNanoseconds">The UTC time of the line's zero, in nanoseconds since 1970.</param>
public sealed record HlsPlaylist(
    IReadOnlyList<HlsEntry> Entries, long DiscontinuitySequence, ClockTime LongestDuration, long EpochUnixNanoseconds)
{
    /// <summary>The playlist's text. Segments are named by their number, relative to the playlist: "17.ts".</summary>
    /// <param name="query">What is put behind each name, such as "?session=1f"; empty unless given.</param>
    public string ToText(string query = "")
    {
        var text = new StringBuilder("#EXTM3U\n#EXT-X-VERSION:6\n#EXT-X-INDEPENDENT-SEGMENTS\n");
        CultureInfo plain = CultureInfo.InvariantCulture;
        // Durations rounded to whole seconds must not exceed it (4.3.3.1).
        text.Append(plain, $"#EXT-X-TARGETDURATION:{LongestDuration.ToUnits(new Rational(1, 1))}\n");
        text.Append(plain, $"#EXT-X-MEDIA-SEQUENCE:{Entries[0].Number}\n");
        if (DiscontinuitySequence > 0)
        {
            text.Append(plain, $"#EXT-X-DISCONTINUITY-SEQUENCE:{DiscontinuitySequence}\n");
        }

        foreach (HlsEntry entry in Entries)
        {
            text.Append(entry.IsDiscontinuous ? "#EXT-X-DISCONTINUITY\n" : "");
            DateTime date = DateTime.UnixEpoch.AddTicks((EpochUnixNanoseconds + entry.Pts.Nanoseconds) / 100);
            text.Append(plain, $"#EXT-X-PROGRAM-DATE-TIME:{date:yyyy-MM-dd'T'HH:mm:ss.fff}Z\n");
            decimal seconds = entry.Duration.Nanoseconds / 1_000_000_000m;
            text.Append(plain, $"#EXTINF:{seconds:0.000000},\n{entry.Number}.ts{query}\n");
        }

        return text.ToString();
    }
}
