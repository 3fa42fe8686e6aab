using System.Collections.ObjectModel;
using RetroVue.Media.Time;

namespace RetroVue.Media.FFmpeg.Codecs;

/// <summary>How an <see cref="Encoder"/> works. What is left open is the encoder's own choice.</summary>
public sealed record EncoderOptions
{
    /// <summary>The codec ("h264", "aac", "mp2"), for which FFmpeg's first choice is taken, or an encoder by name ("libx264").</summary>
    public required string Codec { get; init; }

    /// <summary>Bits per second on average; 0 leaves it open.</summary>
    public long BitRate { get; init; }

    /// <summary>Bits per second that a second of stream does not exceed, for players' buffers; 0 leaves it open.</summary>
    public long MaximumBitRate { get; init; }

    /// <summary>Constant quality instead of a bit rate, as the encoder counts it ("crf"; in H.264 lower is better, 23 usual); null leaves it open.</summary>
    public double? Quality { get; init; }

    /// <summary>The encoder's trade of time against size ("veryfast"); null leaves it open.</summary>
    public string? Preset { get; init; }

    /// <summary>What the encoder tunes for ("zerolatency", "animation"); null leaves it open.</summary>
    public string? Tune { get; init; }

    /// <summary>
    /// Key frames stand on the first picture at or after each multiple of this on the PTS line, and nowhere else unless asked for, so
    /// that two encoders of the same line cut alike; 2 s unless told. None leaves it to the encoder.
    /// </summary>
    public ClockTime GopDuration { get; init; } = ClockTime.FromSeconds(2);

    /// <summary>The most B-frames in a row; null leaves it open.</summary>
    public int? BFrames { get; init; }

    /// <summary>
    /// Threads that encode; with 1, the default, the same pictures give the same bytes on any machine; 0 takes as many as there are cores.
    /// </summary>
    public int Threads { get; init; } = 1;

    /// <summary>
    /// True to give parameter sets in the format alone, as MP4 and Matroska files want; false to repeat them before each key frame, as
    /// broadcast streams need.
    /// </summary>
    public bool GlobalHeader { get; init; }

    /// <summary>
    /// True to make every picture that is flagged <see cref="Pipelines.BufferFlags.KeyFrame"/> a key frame too. Not with sources that flag
    /// all their pictures, as raw ones may.
    /// </summary>
    public bool FollowKeyFrames { get; init; }

    /// <summary>Further options by FFmpeg's names; one that the encoder does not know is an error when it opens.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = ReadOnlyDictionary<string, string>.Empty;
}
