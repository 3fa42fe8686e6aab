namespace RetroVue.Media.Devices.V4l2;

/// <summary>The origin of the PTS of a captured picture.</summary>
/// <remarks>Source: linux/videodev2.h, V4L2_BUF_FLAG_TIMESTAMP_MASK and V4L2_BUF_FLAG_TSTAMP_SRC_MASK.</remarks>
public enum V4l2TimestampSource
{
    /// <summary>The driver's stamp: CLOCK_MONOTONIC when the end of the picture arrived. Most drivers do this.</summary>
    EndOfFrame,

    /// <summary>The driver's stamp: CLOCK_MONOTONIC when the picture's exposure began, about a frame interval before its end.</summary>
    StartOfExposure,

    /// <summary>
    /// The driver does not stamp with CLOCK_MONOTONIC; the time is estimated from the picture's arrival, and each buffer is marked
    /// <see cref="Pipelines.BufferFlags.EstimatedTime"/>.
    /// </summary>
    Estimated,
}
