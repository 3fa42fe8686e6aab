using System.Globalization;
using RetroVue.Media.Time;

namespace RetroVue.Media.Devices;

/// <summary>A picture format and a size that a device supports, with its rates.</summary>
/// <param name="Format">The device's own name for the format, such as the fourcc "YUYV" or "MJPG".</param>
/// <param name="Width">Width in pixels.</param>
/// <param name="Height">Height in pixels.</param>
/// <param name="FrameRates">Frames per second; empty if the device does not report them.</param>
public sealed record VideoCapability(string Format, int Width, int Height, IReadOnlyList<Rational> FrameRates) : DeviceCapability
{
    /// <summary>Returns a text such as "YUYV 640x480 25/1 30/1 fps".</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Format} {Width}x{Height}{(FrameRates.Count == 0 ? "" : $" {string.Join(' ', FrameRates)} fps")}");
}
