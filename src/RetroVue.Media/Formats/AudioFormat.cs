using System.Globalization;
using RetroVue.Media.Time;

namespace RetroVue.Media.Formats;

/// <summary>Raw sound.</summary>
/// <param name="SampleFormat">The sample format.</param>
/// <param name="SampleRate">Samples per second and channel.</param>
/// <param name="Layout">The channels.</param>
public sealed record AudioFormat(SampleFormat SampleFormat, int SampleRate, ChannelLayout Layout) : MediaFormat
{
    /// <summary>Bytes of one sample of all channels.</summary>
    public int BytesPerFrame => SampleFormat.BytesPerSample() * Layout.Channels;

    /// <summary>Returns the exact duration of a number of samples.</summary>
    public ClockTime DurationOf(long samples) => ClockTime.FromUnits(samples, new Rational(1, SampleRate));

    /// <summary>Returns a text such as "audio f32planar 48000 Hz stereo".</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"audio {SampleFormat.ToString().ToLowerInvariant()} {SampleRate} Hz {Layout}");
}
