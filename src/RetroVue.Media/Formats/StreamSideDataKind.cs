namespace RetroVue.Media.Formats;

/// <summary>
/// The kind of <see cref="StreamSideData"/>. The numbers are those of AVPacketSideDataType (libavcodec/packet.h), which FFmpeg never
/// changes; a kind without a name here has its number there.
/// </summary>
public enum StreamSideDataKind
{
    /// <summary>The loudness of the sound, for players that adjust it (AVReplayGain).</summary>
    ReplayGain = 4,

    /// <summary>The rotation and mirroring for display: nine 32-bit numbers in native byte order, row by row.</summary>
    DisplayMatrix = 5,

    /// <summary>The arrangement of the two eyes' pictures (AVStereo3D).</summary>
    Stereo3D = 6,

    /// <summary>The encoder's rate and buffer limits (AVCPBProperties).</summary>
    RateLimits = 10,

    /// <summary>The display on which the colours were mastered (AVMasteringDisplayMetadata).</summary>
    MasteringDisplay = 20,

    /// <summary>The projection of the picture around the viewer (AVSphericalMapping).</summary>
    Spherical = 21,

    /// <summary>The brightest pixel and picture (AVContentLightMetadata).</summary>
    ContentLightLevel = 22,

    /// <summary>A colour profile of the International Color Consortium.</summary>
    IccProfile = 28,

    /// <summary>The Dolby Vision configuration (AVDOVIDecoderConfigurationRecord).</summary>
    DolbyVision = 29,
}
