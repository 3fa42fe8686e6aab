namespace RetroVue.Media.Devices.Alsa;

/// <summary>The sample encoding of a sound device. The pipeline has no 24-bit samples; they become the upper bits of 32.</summary>
internal enum PcmEncoding
{
    U8,
    S16,

    /// <summary>24 bits in the lower three bytes of four.</summary>
    S24In32,

    /// <summary>24 bits in three bytes.</summary>
    S24Packed,
    S32,
    F32,
}
