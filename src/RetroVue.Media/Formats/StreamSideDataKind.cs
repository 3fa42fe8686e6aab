namespace RetroVue.Media.Formats;

/// <summary>
/// What a piece of <see cref="StreamSideData"/> is. The numbers are those of AVPacketSideDataType (libavcodec/packet.h), to which FFmpeg
/// only adds; a kind that has no name here has its number there.
/// </summary>
public enum StreamSideDataKind
{
    /// <summary>How loud the sound is, for players that level it (AVReplayGain).</summary>
    ReplayGain = 4,

    /// <summary>How the picture is turned and flipped for showing: nine 32-bit numbers in the machine's order, row by row.</summary>
    DisplayMatrix = 5,

    /// <summary>Where the two eyes' pictures lie (AVStereo3D).</summary>
    Stereo3D = 6,

    /// <summary>The encoder's rate and buffer limits (AVCPBProperties).</summary>
    RateLimits = 10,

    /// <summary>The screen that the colours were made on (AVMasteringDisplayMetadata).</summary>
    MasteringDisplay = 20,

    /// <summary>How the picture wraps around the viewer (AVSphericalMapping).</summary>
    Spherical = 21,

    /// <summary>The brightest pixel and picture (AVContentLightMetadata).</summary>
    ContentLightLevel = 22,

    /// <summary>A colour profile of the International Color Consortium.</summary>
    IccProfile = 28,

    /// <summary>The Dolby Vision configuration (AVDOVIDecoderConfigurationRecord).</summary>
    DolbyVision = 29,
}
