using System.Globalization;
using RetroVue.Media.Formats;

namespace RetroVue.Media.Devices;

/// <summary>Sound in one sample format; not every rate goes with every count of channels.</summary>
/// <param name="SampleFormat">As the pipeline would have the samples.</param>
/// <param name="MinimumRate">Samples a second.</param>
/// <param name="MaximumRate">Samples a second.</param>
/// <param name="MinimumChannels">At least 1.</param>
/// <param name="MaximumChannels">At least <paramref name="MinimumChannels"/>.</param>
public sealed record AudioCapability(
    SampleFormat SampleFormat,
    int MinimumRate,
    int MaximumRate,
    int MinimumChannels,
    int MaximumChannels) : DeviceCapability
{
    /// <summary>A text such as "s16 8000-192000 Hz 1-8 channels".</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{SampleFormat.ToString().ToLowerInvariant()} {Range(MinimumRate, MaximumRate)} Hz {Range(MinimumChannels, MaximumChannels)} channels");

    /// <summary>A capability as a device tells it: one that takes anything says so with numbers that no sound has.</summary>
    internal static AudioCapability Of(SampleFormat format, long minimumRate, long maximumRate, long minimumChannels, long maximumChannels)
    {
        const int most = 64;
        const int fastest = 768_000;
        return new AudioCapability(
            format,
            (int)Math.Min(minimumRate, fastest),
            (int)Math.Min(maximumRate, fastest),
            (int)Math.Min(minimumChannels, most),
            (int)Math.Min(maximumChannels, most));
    }

    private static string Range(int from, int to) => from == to
        ? from.ToString(CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{from}-{to}");
}
