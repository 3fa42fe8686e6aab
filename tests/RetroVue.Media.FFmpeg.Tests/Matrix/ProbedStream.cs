using System.Globalization;
using System.Text.Json;

namespace RetroVue.Media.FFmpeg.Tests.Matrix;

/// <summary>
/// The only stream of a file as ffprobe shows it: parameters, packets with their times in seconds, and the number of decoded pictures or
/// samples.
/// </summary>
internal sealed record ProbedStream(string Codec, string Tag, int Extradata, double Tick, IReadOnlyList<ProbedStream.Packet> Packets, long Decoded)
{
    /// <summary>Reads a file; null if ffprobe finds no picture or sound in it.</summary>
    public static ProbedStream? Read(string path)
    {
        // If the decoder cannot be opened, ffprobe stops in the middle of its output.
        using var json = TryParse("-show_packets", "-show_frames", path) ?? TryParse("-show_packets", path) ?? JsonDocument.Parse("{}");
        if (!json.RootElement.TryGetProperty("streams", out var streams) || streams.GetArrayLength() == 0)
        {
            return null;
        }

        var stream = streams[0];
        if (Text(stream, "codec_type") is not ("video" or "audio"))
        {
            return null;
        }

        var timeBase = Text(stream, "time_base")!.Split('/');
        var all = json.RootElement.TryGetProperty("packets_and_frames", out var list) || json.RootElement.TryGetProperty("packets", out list)
            ? list.EnumerateArray().ToList()
            : [];
        var isPicture = Text(stream, "codec_type") == "video";
        return new ProbedStream(
            Text(stream, "codec_name") ?? "unknown",
            Text(stream, "codec_tag_string") ?? "",
            stream.TryGetProperty("extradata_size", out var size) ? size.GetInt32() : 0,
            double.Parse(timeBase[0], CultureInfo.InvariantCulture) / double.Parse(timeBase[1], CultureInfo.InvariantCulture),
            [.. all.Where(item => Text(item, "type") is "packet" or null).Select(item => new Packet(Seconds(item, "pts_time"), Seconds(item, "dts_time"), Seconds(item, "duration_time")))],
            all.Where(item => Text(item, "type") == "frame").Sum(item => isPicture ? 1 : item.TryGetProperty("nb_samples", out var samples) ? samples.GetInt64() : 0));
    }

    private static JsonDocument? TryParse(params string[] arguments)
    {
        var (_, output, _) = Tool.Run("ffprobe", ["-v", "quiet", "-show_streams", "-of", "json", .. arguments]);
        try
        {
            return JsonDocument.Parse(output);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value.GetString() : null;

    private static double? Seconds(JsonElement element, string name) =>
        Text(element, name) is { } text && double.TryParse(text, CultureInfo.InvariantCulture, out var seconds) ? seconds : null;

    internal sealed record Packet(double? Pts, double? Dts, double? Duration);
}
