using System.Globalization;
using System.Text.Json;
using RetroVue.Media.Time;

namespace RetroVue.Media.FFmpeg.Tests.Corpus;

/// <summary>A packet as ffprobe shows it; None where it shows no time.</summary>
internal sealed record ProbedPacket(ClockTime Pts, ClockTime Dts, long? Ticks, int Size, bool IsKey, bool IsDiscarded)
{
    /// <summary>The packets of the first picture ('v') or sound ('a') stream, and the stream's time base.</summary>
    public static (IReadOnlyList<ProbedPacket> Packets, Rational TimeBase) Read(string path, char kind)
    {
        using var json = JsonDocument.Parse(Tool.OutputOf(
            "ffprobe", "-v", "error", "-select_streams", $"{kind}:0", "-show_packets", "-show_streams", "-of", "json", path));
        var streams = json.RootElement.GetProperty("streams");
        if (streams.GetArrayLength() == 0)
        {
            return ([], default);
        }

        var parts = streams[0].GetProperty("time_base").GetString()!.Split('/').Select(part => int.Parse(part, CultureInfo.InvariantCulture)).ToArray();
        var timeBase = new Rational(parts[0], parts[1]);
        return ([.. json.RootElement.GetProperty("packets").EnumerateArray().Select(packet => new ProbedPacket(
            Time(packet, "pts", timeBase),
            Time(packet, "dts", timeBase),
            packet.TryGetProperty("pts", out var ticks) ? ticks.GetInt64() : null,
            int.Parse(packet.GetProperty("size").GetString()!, CultureInfo.InvariantCulture),
            packet.GetProperty("flags").GetString()!.Contains('K', StringComparison.Ordinal),
            packet.GetProperty("flags").GetString()!.Contains('D', StringComparison.Ordinal)))], timeBase);
    }

    private static ClockTime Time(JsonElement packet, string name, Rational timeBase) =>
        packet.TryGetProperty(name, out var value) ? ClockTime.FromUnits(value.GetInt64(), timeBase) : ClockTime.None;
}
