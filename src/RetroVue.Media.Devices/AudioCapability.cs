using System.Globalization;
using RetroVue.Media.Formats;

namespace RetroVue.Media.Devices;

/// <summary>The rates and channels that a device supports in one sample format; not all combinations need be possible.</summary>
/// <param name="SampleFormat">The sample format in the pipeline.</param>
/// <param name="MinimumRate">The lowest number of samples per second.</param>
/// <param name="MaximumRate">The highest number of samples per second.</param>
/// <param name="MinimumChannels">At least 1.</param>
/// <param name="MaximumChannels">At least <paramref name="MinimumChannels"/>.</param>
public sealed record AudioCapability(
    SampleFormat SampleFormat,
    int MinimumRate,
    int MaximumRate,
    int MinimumChannels,
    int MaximumChannels) : DeviceCapability
{
    /// <summary>Returns a text such as "s16 8000-192000 Hz 1-8 channels".</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{SampleFormat.ToString().ToLowerInvariant()} {Range(MinimumRate, MaximumRate)} Hz {Range(MinimumChannels, MaximumChannels)} channels");

    /// <summary>Makes a capability from a device's values, which may be unrealistic numbers if it accepts anything.</summary>
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
