using System.Globalization;
using System.Text.Json;
using RetroVue.Media.Time;

namespace RetroVue.Tests;

/// <summary>A packet of a file as ffprobe shows it.</summary>
/// <param name="Stream">The stream's number in the file.</param>
/// <param name="TimeBase">The stream's tick, in seconds.</param>
/// <param name="PtsTicks">In ticks; null if it shows none.</param>
/// <param name="DtsTicks">In ticks; null if it shows none.</param>
/// <param name="DurationTicks">In ticks; 0 if it shows none.</param>
/// <param name="Position">Where the packet begins in the file; -1 if it does not say.</param>
/// <param name="Size">In bytes.</param>
/// <param name="IsKey">True if decoding can begin there.</param>
/// <param name="IsDiscarded">True if it is decoded, but not shown.</param>
internal sealed record ProbedPacket(
    int Stream, Rational TimeBase, long? PtsTicks, long? DtsTicks, long DurationTicks, long Position, int Size, bool IsKey, bool IsDiscarded)
{
    public ClockTime Pts => ToTime(PtsTicks);

    public ClockTime Dts => ToTime(DtsTicks);

    public ClockTime Duration => ToTime(DurationTicks);

    /// <summary>All packets of a file, or those of its first picture ('v') or sound ('a'), in the order of the file.</summary>
    public static IReadOnlyList<ProbedPacket> Read(string path, char? kind = null)
    {
        string[] select = kind is null ? [] : ["-select_streams", $"{kind}:0"];
        using var json = JsonDocument.Parse(Tool.OutputOf("ffprobe", ["-v", "error", .. select, "-show_packets", "-show_streams", "-of", "json", path]));
        Dictionary<int, Rational> timeBases = json.RootElement.GetProperty("streams").EnumerateArray().ToDictionary(
            stream => stream.GetProperty("index").GetInt32(),
            stream => TimeBaseOf(stream.GetProperty("time_base").GetString()!));
        return [.. json.RootElement.GetProperty("packets").EnumerateArray().Select(packet => Of(packet, timeBases))];
    }

    private static ProbedPacket Of(JsonElement packet, Dictionary<int, Rational> timeBases)
    {
        int stream = packet.GetProperty("stream_index").GetInt32();
        string flags = packet.GetProperty("flags").GetString()!;
        return new ProbedPacket(
            stream,
            timeBases[stream],
            Ticks(packet, "pts"),
            Ticks(packet, "dts"),
            Ticks(packet, "duration") ?? 0,
            packet.TryGetProperty("pos", out JsonElement position) ? Number(position) : -1,
            (int)Number(packet.GetProperty("size")),
            flags.Contains('K', StringComparison.Ordinal),
            flags.Contains('D', StringComparison.Ordinal));
    }

    private static long? Ticks(JsonElement packet, string name) => packet.TryGetProperty(name, out JsonElement ticks) ? ticks.GetInt64() : null;

    private static long Number(JsonElement text) => long.Parse(text.GetString()!, CultureInfo.InvariantCulture);

    private static Rational TimeBaseOf(string text)
    {
        int[] parts = [.. text.Split('/').Select(part => int.Parse(part, CultureInfo.InvariantCulture))];
        return new Rational(parts[0], parts[1]);
    }

    private ClockTime ToTime(long? ticks) => ticks is { } there ? ClockTime.FromUnits(there, TimeBase) : ClockTime.None;
}
