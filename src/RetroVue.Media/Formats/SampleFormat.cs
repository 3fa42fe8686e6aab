namespace RetroVue.Media.Formats;

/// <summary>The layout of sound samples in memory: native byte order; planar formats have one plane per channel.</summary>
public enum SampleFormat
{
    /// <summary>Not known.</summary>
    Unknown,

    /// <summary>Unsigned 8 bits, interleaved.</summary>
    U8,

    /// <summary>Signed 16 bits, interleaved.</summary>
    S16,

    /// <summary>Signed 32 bits, interleaved.</summary>
    S32,

    /// <summary>32-bit float in ±1, interleaved.</summary>
    F32,

    /// <summary>Signed 16 bits, planar.</summary>
    S16Planar,

    /// <summary>Signed 32 bits, planar.</summary>
    S32Planar,

    /// <summary>32-bit float in ±1, planar.</summary>
    F32Planar,
}
