using System.Collections.ObjectModel;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.FFmpeg.Containers;

/// <summary>The options of a <see cref="FileMuxer"/>. Immutable.</summary>
public sealed record FileMuxerOptions
{
    /// <summary>
    /// FFmpeg's short name of the container: "mp4", "matroska", "mpegts"; null: by the file's extension, or a transport stream for a URL.
    /// </summary>
    public string? Container { get; init; }

    /// <summary>
    /// True if an input may announce another format; the recording then goes on in a new file: "clip-2.mkv" after "clip.mkv", then
    /// "clip-3.mkv". Existing files with these names are replaced. All inputs go on in the new file; its time zero is the decoding time of
    /// its first packet. False: an input must keep its format. Not for a URL.
    /// </summary>
    public bool NewFileOnChange { get; init; }

    /// <summary>
    /// True to move an mp4's index to its front at the end, so that players can play it while it downloads. The file is then written twice.
    /// </summary>
    public bool FastStart { get; init; }

    /// <summary>
    /// How long the server of a URL may take to answer, and later to accept data, before that counts as a failure. In real time; by default
    /// four seconds. For files there is no limit.
    /// </summary>
    /// <exception cref="ArgumentException">The value is not positive.</exception>
    public ClockTime Timeout
    {
        get;
        init => field = value > ClockTime.Zero ? value : throw new ArgumentException($"A timeout must be positive, not {value}.", nameof(value));
    }
    = ClockTime.FromSeconds(4);

    /// <summary>Options for a URL's protocol by FFmpeg's names, such as "method" = "PUT" for HTTP instead of POST.</summary>
    public IReadOnlyDictionary<string, string> ProtocolOptions { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>The placement of the writing task; by default on a thread of its own, because disks and servers may block.</summary>
    public StepPlacement Placement { get; init; } = StepPlacement.OwnThread;
}
