using RetroVue.Media.Devices.Portal;
using RetroVue.Media.Formats;
using RetroVue.Media.Time;

namespace RetroVue.Media.Devices.PipeWire;

/// <summary>Which pictures a <see cref="PipeWireVideoSource"/> is to record.</summary>
public sealed record PipeWireVideoSourceOptions : PipeWireSourceOptions
{
    /// <summary>The formats that are acceptable, the favourite first; all that PipeWire and this library have where empty.</summary>
    /// <remarks>
    /// Yuyv422, Uyvy422, Rgb24, Bgr24, Rgba, Bgra, Yuv420P, Nv12 and Gray8. Rgba and Bgra take PipeWire's RGBx and BGRx too, whose
    /// fourth byte says nothing.
    /// </remarks>
    public IReadOnlyList<PixelFormat> PixelFormats { get; init; } = [];

    /// <summary>The width in pixels; any if zero.</summary>
    public int Width { get; init; }

    /// <summary>The height in pixels; any if zero.</summary>
    public int Height { get; init; }

    /// <summary>
    /// Frames a second; any where not positive. Of a <see cref="Screen"/>, whose pictures come when it changes: at most so many.
    /// </summary>
    public Rational FrameRate { get; init; }

    /// <summary>
    /// What the user shared through the desktop's portal, to be recorded from instead of a <see cref="PipeWireOptions.Remote"/> and a
    /// <see cref="PipeWireOptions.Target"/>; null for those. It is not disposed of with the source.
    /// </summary>
    public ScreenCastStream? Screen { get; init; }

    internal override ScreenCastStream? Shared => Screen;
}
