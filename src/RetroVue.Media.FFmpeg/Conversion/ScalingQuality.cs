namespace RetroVue.Media.FFmpeg.Conversion;

/// <summary>How pictures are scaled (libswscale/swscale.h).</summary>
public enum ScalingQuality
{
    /// <summary>Bilinear: the least work.</summary>
    Fast,

    /// <summary>Bicubic.</summary>
    Good,

    /// <summary>Lanczos with exact rounding and full chroma.</summary>
    Best,
}
