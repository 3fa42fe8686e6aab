using System.Collections.ObjectModel;
using RetroVue.Media.Time;

namespace RetroVue.Media.FFmpeg.Codecs;

/// <summary>The options of an <see cref="Encoder"/>. The encoder chooses values that are not set.</summary>
public sealed record EncoderOptions
{
    /// <summary>
    /// The name of a codec ("h264", "aac", "mp2"), for which FFmpeg's first encoder is used, or of an encoder ("libx264").
    /// </summary>
    public required string Codec { get; init; }

    /// <summary>Average bits per second; 0 if not set.</summary>
    public long BitRate { get; init; }

    /// <summary>The maximum number of bits in any second of the stream, for players' buffers; 0 if not set.</summary>
    public long MaximumBitRate { get; init; }

    /// <summary>
    /// Constant quality instead of a bit rate, on the encoder's scale ("crf"; for H.264 lower is better, 23 is usual); null if not set.
    /// </summary>
    public double? Quality { get; init; }

    /// <summary>The encoder's preset of speed and size ("veryfast"); null if not set.</summary>
    public string? Preset { get; init; }

    /// <summary>The encoder's tuning ("zerolatency", "animation"); null if not set.</summary>
    public string? Tune { get; init; }

    /// <summary>
    /// The distance of key frames: each is the first picture at or after a multiple of this time on the PTS line. There are no others
    /// unless requested, so two encoders of the same line have the same key frames. By default 2 s; None lets the encoder decide.
    /// </summary>
    public ClockTime GopDuration { get; init; } = ClockTime.FromSeconds(2);

    /// <summary>The maximum number of consecutive B-frames; null if not set.</summary>
    public int? BFrames { get; init; }

    /// <summary>
    /// The number of threads that encode. With 1, the default, the same pictures give the same bytes on each machine; 0 uses one per
    /// processor core.
    /// </summary>
    public int Threads { get; init; } = 1;

    /// <summary>
    /// True to put parameter sets only into the format, as MP4 and Matroska files need; false to repeat them before each key frame, as
    /// broadcast streams need.
    /// </summary>
    public bool GlobalHeader { get; init; }

    /// <summary>
    /// True to encode each picture with the flag <see cref="Pipelines.BufferFlags.KeyFrame"/> as a key frame too. Do not use it with
    /// sources that flag all their pictures, as sources of raw pictures may.
    /// </summary>
    public bool FollowKeyFrames { get; init; }

    /// <summary>More options by FFmpeg's names; an unknown one is an error when the encoder opens.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = ReadOnlyDictionary<string, string>.Empty;
}
