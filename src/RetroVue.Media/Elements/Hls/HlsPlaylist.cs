using System.Globalization;
using System.Text;
using RetroVue.Media.Time;

namespace RetroVue.Media.Elements.Hls;

/// <summary>One version of a live media playlist (RFC 8216 4.3.3). Immutable and thread-safe.</summary>
/// <param name="Entries">The segments listed, oldest first; at least one.</param>
/// <param name="Options">The target duration, the run's name and the line's epoch.</param>
public sealed record HlsPlaylist(IReadOnlyList<HlsEntry> Entries, HlsOptions Options)
{
    /// <summary>The duration of all listed segments together.</summary>
    public ClockTime Duration => Entries[^1].End - Entries[0].Pts;

    /// <summary>Returns the playlist's text. A segment's name is the run and the number, relative to the playlist: "5f3a-17.ts".</summary>
    /// <param name="query">A suffix for each name, such as "?session=1f"; by default empty.</param>
    public string ToText(string query = "")
    {
        var text = new StringBuilder("#EXTM3U\n#EXT-X-VERSION:6\n#EXT-X-INDEPENDENT-SEGMENTS\n");
        CultureInfo plain = CultureInfo.InvariantCulture;
        text.Append(plain, $"#EXT-X-TARGETDURATION:{Options.Target.ToUnits(new Rational(1, 1))}\n");
        text.Append(plain, $"#EXT-X-MEDIA-SEQUENCE:{Entries[0].Number}\n");
        foreach (HlsEntry entry in Entries)
        {
            text.Append(entry.IsGap ? "#EXT-X-GAP\n" : "");
            // Rounded to milliseconds, which players read.
            long milliseconds = ClockTime.FromNanoseconds(Options.EpochUnixNanoseconds + entry.Pts.Nanoseconds).ToUnits(new Rational(1, 1000));
            DateTime date = DateTime.UnixEpoch.AddMilliseconds(milliseconds);
            text.Append(plain, $"#EXT-X-PROGRAM-DATE-TIME:{date:yyyy-MM-dd'T'HH:mm:ss.fff}Z\n");
            decimal seconds = entry.Duration.Nanoseconds / 1_000_000_000m;
            text.Append(plain, $"#EXTINF:{seconds:0.000000},\n{Options.Run}{entry.Number}.ts{query}\n");
        }

        return text.ToString();
    }
}
