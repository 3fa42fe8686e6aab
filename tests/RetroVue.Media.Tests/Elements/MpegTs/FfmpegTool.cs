using System.Globalization;
using System.Text.Json;
using RetroVue.Media.Time;

namespace RetroVue.Media.Tests.Elements.MpegTs;

/// <summary>FFmpeg's command lines, which make real files and judge ours. A test is ignored where they are missing.</summary>
internal static class FfmpegTool
{
    /// <summary>Runs a tool to its end and gives back what it printed; fails where it failed or complained.</summary>
    public static string Run(string tool, params string[] arguments)
    {
        (int code, string output, string complaints) = Tool.Run(tool, ["-hide_banner", "-v", "warning", .. arguments]);
        Assert.That(complaints, Is.Empty, $"{tool} {string.Join(' ', arguments)}");
        Assert.That(code, Is.Zero);
        return output;
    }

    /// <summary>The packets of a file as ffprobe reads them.</summary>
    public static ProbedPacket[] Packets(string path)
    {
        using JsonDocument document = JsonDocument.Parse(Run("ffprobe", "-show_packets", "-of", "json", path));
        return [.. document.RootElement.GetProperty("packets").EnumerateArray().Select(packet => new ProbedPacket(
            packet.GetProperty("stream_index").GetInt32(),
            packet.GetProperty("pts").GetInt64(),
            packet.GetProperty("dts").GetInt64(),
            packet.TryGetProperty("duration", out JsonElement duration) ? duration.GetInt64() : 0,
            Number(packet, "pos"),
            (int)Number(packet, "size"),
            packet.GetProperty("flags").GetString()!.StartsWith('K')))];
    }

    /// <summary>The streams of a file: codec, time base and extra data.</summary>
    public static (string Codec, Rational TimeBase, byte[] ExtraData)[] Streams(string path)
    {
        using JsonDocument document = JsonDocument.Parse(Run("ffprobe", "-show_streams", "-show_data", "-of", "json", path));
        return [.. document.RootElement.GetProperty("streams").EnumerateArray().Select(stream =>
        {
            string[] timeBase = stream.GetProperty("time_base").GetString()!.Split('/');
            return (
                stream.GetProperty("codec_name").GetString()!,
                new Rational(int.Parse(timeBase[0], CultureInfo.InvariantCulture), int.Parse(timeBase[1], CultureInfo.InvariantCulture)),
                stream.TryGetProperty("extradata", out JsonElement dump) ? FromDump(dump.GetString()!) : []);
        })];
    }

    private static long Number(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) ? long.Parse(value.GetString()!, CultureInfo.InvariantCulture) : -1;

    /// <summary>Lines such as "00000000: 0164 001e ffe1  .d....".</summary>
    private static byte[] FromDump(string dump) => [.. dump.Split('\n', StringSplitOptions.RemoveEmptyEntries)
        .Select(line => line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..])
        .Select(line => line[..line.IndexOf("  ", StringComparison.Ordinal)].Replace(" ", "", StringComparison.Ordinal))
        .SelectMany(Convert.FromHexString)];
}
