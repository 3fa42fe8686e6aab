using System.Globalization;
using System.Text;
using RetroVue.Media.Elements.Probes;

namespace RetroVue.Samples;

/// <summary>
/// Draws time stamps against the clock: for each buffer its delay after its PTS, and the deviation of its PTS from an even line.
/// </summary>
internal static class TimestampPlot
{
    private const int Width = 960;
    private const int PanelHeight = 220;
    private const int Left = 70;
    private const int Top = 40;

    private static readonly string[] s_colors = ["#1f77b4", "#d62728"];

    public static string Draw(IReadOnlyList<(string Name, TimestampRecord[] Records)> streams)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{Width}\" height=\"{(2 * PanelHeight) + Top}\" ");
        text.Append("font-family=\"sans-serif\" font-size=\"12\"><rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n");
        double end = streams.SelectMany(stream => stream.Records).Select(record => record.Pts.Nanoseconds / 1e9).DefaultIfEmpty(1).Max();
        Panel(text, 0, "ms from capture to arrival", end, [.. streams.Select(stream => (stream.Name, Lateness(stream.Records)))]);
        Panel(text, 1, "ms deviation of PTS from an even line", end, [.. streams.Select(stream => (stream.Name, Evenness(stream.Records)))]);
        return text.Append("</svg>\n").ToString();
    }

    private static (double X, double Y)[] Lateness(TimestampRecord[] records) =>
        [.. records.Select(record => (record.Pts.Nanoseconds / 1e9, (record.SeenAt - record.Pts).Nanoseconds / 1e6))];

    /// <summary>Returns the distance of each PTS from the line through the first and the last, by the number of the buffer.</summary>
    private static (double X, double Y)[] Evenness(TimestampRecord[] records)
    {
        if (records.Length < 2)
        {
            return [];
        }

        double first = records[0].Pts.Nanoseconds;
        double step = (records[^1].Pts.Nanoseconds - first) / Math.Max(1, records[^1].Sequence - records[0].Sequence);
        return [.. records.Select(record => (
            record.Pts.Nanoseconds / 1e9,
            (record.Pts.Nanoseconds - first - (step * (record.Sequence - records[0].Sequence))) / 1e6))];
    }

    private static void Panel(StringBuilder text, int number, string title, double end, IReadOnlyList<(string Name, (double X, double Y)[] Points)> lines)
    {
        double top = Top + (number * PanelHeight);
        double height = PanelHeight - 60;
        double low = Math.Min(0, lines.SelectMany(line => line.Points).Select(point => point.Y).DefaultIfEmpty(0).Min());
        double high = Math.Max(low + 0.1, lines.SelectMany(line => line.Points).Select(point => point.Y).DefaultIfEmpty(1).Max());
        double X(double x) => Left + (x / end * (Width - Left - 40));
        double Y(double y) => top + height - ((y - low) / (high - low) * height);
        text.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left}\" y=\"{top - 8}\" font-weight=\"bold\">{title}</text>\n");
        for (int i = 0; i <= 4; i++)
        {
            double y = low + ((high - low) * i / 4);
            text.Append(CultureInfo.InvariantCulture, $"<path d=\"M{Left} {Y(y):F1}H{Width - 40}\" stroke=\"#ddd\"/><text x=\"{Left - 6}\" y=\"{Y(y) + 4:F1}\" text-anchor=\"end\">{y:0.###}</text>\n");
            text.Append(CultureInfo.InvariantCulture, $"<text x=\"{X(end * i / 4):F1}\" y=\"{top + height + 18:F1}\" text-anchor=\"middle\">{end * i / 4:0.##} s</text>\n");
        }

        for (int i = 0; i < lines.Count; i++)
        {
            string path = string.Concat(lines[i].Points.Select((point, n) =>
                string.Create(CultureInfo.InvariantCulture, $"{(n == 0 ? 'M' : 'L')}{X(point.X):F1} {Y(point.Y):F1}")));
            text.Append(CultureInfo.InvariantCulture, $"<path d=\"{path}\" fill=\"none\" stroke=\"{s_colors[i % 2]}\"/>\n");
            text.Append(CultureInfo.InvariantCulture, $"<text x=\"{Width - 80}\" y=\"{top - 8 + (i * 14)}\" fill=\"{s_colors[i % 2]}\">{lines[i].Name}</text>\n");
        }
    }
}
