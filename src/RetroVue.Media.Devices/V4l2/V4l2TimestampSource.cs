namespace RetroVue.Media.Devices.V4l2;

/// <summary>What the PTS of a captured picture is the time of.</summary>
/// <remarks>Source: linux/videodev2.h, V4L2_BUF_FLAG_TIMESTAMP_MASK and V4L2_BUF_FLAG_TSTAMP_SRC_MASK.</remarks>
public enum V4l2TimestampSource
{
    /// <summary>The driver's stamp: CLOCK_MONOTONIC when the last of the picture had come in. What most drivers do.</summary>
    EndOfFrame,

    /// <summary>The driver's stamp: CLOCK_MONOTONIC when the picture's exposure began, about a frame interval before its end.</summary>
    StartOfExposure,

    /// <summary>
    /// The driver does not stamp by CLOCK_MONOTONIC; the time is estimated from when the picture could be taken from it, and each buffer
    /// is marked <see cref="Pipelines.BufferFlags.EstimatedTime"/>.
    /// </summary>
    Estimated,
}
