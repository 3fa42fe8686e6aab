namespace RetroVue.Media.FFmpeg.Conversion;

/// <summary>The quality of scaling (libswscale/swscale.h).</summary>
public enum ScalingQuality
{
    /// <summary>Bilinear: the fastest.</summary>
    Fast,

    /// <summary>Bicubic.</summary>
    Good,

    /// <summary>Lanczos with exact rounding and full chroma.</summary>
    Best,
}
