namespace RetroVue.Media.Formats;

/// <summary>
/// The layout of a picture's samples in memory. The values are this library's own; those of other libraries are mapped by name.
/// </summary>
public enum PixelFormat
{
    /// <summary>Not known.</summary>
    Unknown,

    /// <summary>Planar Y, U, V; chroma halved both ways; 8 bits.</summary>
    Yuv420P,

    /// <summary>Planar Y, U, V; chroma halved horizontally; 8 bits.</summary>
    Yuv422P,

    /// <summary>Planar Y, U, V at full resolution; 8 bits.</summary>
    Yuv444P,

    /// <summary>Planar Y, U, V; chroma halved both ways; 10 bits in little-endian 16.</summary>
    Yuv420P10Le,

    /// <summary>Y plane and interleaved UV plane; chroma halved both ways; 8 bits.</summary>
    Nv12,

    /// <summary>Packed Y0 U Y1 V; 8 bits.</summary>
    Yuyv422,

    /// <summary>Packed U Y0 V Y1; 8 bits.</summary>
    Uyvy422,

    /// <summary>Packed red, green, blue; 8 bits each.</summary>
    Rgb24,

    /// <summary>Packed blue, green, red; 8 bits each.</summary>
    Bgr24,

    /// <summary>Packed red, green, blue, alpha; 8 bits each.</summary>
    Rgba,

    /// <summary>Packed blue, green, red, alpha; 8 bits each.</summary>
    Bgra,

    /// <summary>One plane of luma; 8 bits.</summary>
    Gray8,
}
