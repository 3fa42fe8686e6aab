using RetroVue.Media.Devices.Portal;
using RetroVue.Media.Formats;
using RetroVue.Media.Time;

namespace RetroVue.Media.Devices.PipeWire;

/// <summary>The options of a <see cref="PipeWireVideoSource"/>.</summary>
public sealed record PipeWireVideoSourceOptions : PipeWireSourceOptions
{
    /// <summary>The accepted formats in the order of preference; empty for all formats that both PipeWire and this library have.</summary>
    /// <remarks>
    /// Yuyv422, Uyvy422, Rgb24, Bgr24, Rgba, Bgra, Yuv420P, Nv12 and Gray8. Rgba and Bgra also accept PipeWire's RGBx and BGRx, whose
    /// fourth byte has no meaning.
    /// </remarks>
    public IReadOnlyList<PixelFormat> PixelFormats { get; init; } = [];

    /// <summary>The width in pixels; any if zero.</summary>
    public int Width { get; init; }

    /// <summary>The height in pixels; any if zero.</summary>
    public int Height { get; init; }

    /// <summary>
    /// Frames per second; not positive for any rate. For a <see cref="Screen"/>, whose pictures come when it changes, this is the maximum.
    /// </summary>
    public Rational FrameRate { get; init; }

    /// <summary>
    /// The screen or window that the user shared through the desktop's portal, to record instead of a <see cref="PipeWireOptions.Remote"/>
    /// and a <see cref="PipeWireOptions.Target"/>; null for those. The source does not dispose of it.
    /// </summary>
    public ScreenCastStream? Screen { get; init; }

    internal override ScreenCastStream? Shared => Screen;
}
