using System.Globalization;
using RetroVue.Media.Time;

namespace RetroVue.Media.Devices;

/// <summary>Pictures of one format and size.</summary>
/// <param name="Format">The format by the device's own name for it, such as the fourcc "YUYV" or "MJPG".</param>
/// <param name="Width">Pixels.</param>
/// <param name="Height">Pixels.</param>
/// <param name="FrameRates">Frames a second; empty if the device does not tell.</param>
public sealed record VideoCapability(string Format, int Width, int Height, IReadOnlyList<Rational> FrameRates) : DeviceCapability
{
    /// <summary>A text such as "YUYV 640x480 25/1 30/1 fps".</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Format} {Width}x{Height}{(FrameRates.Count == 0 ? "" : $" {string.Join(' ', FrameRates)} fps")}");
}
