using System.Collections.ObjectModel;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.FFmpeg.Containers;

/// <summary>How a <see cref="FileMuxer"/> writes. Immutable.</summary>
public sealed record FileMuxerOptions
{
    /// <summary>
    /// The container by FFmpeg's short name: "mp4", "matroska", "mpegts"; null: as the file's extension says, and for a URL a transport
    /// stream.
    /// </summary>
    public string? Container { get; init; }

    /// <summary>
    /// Whether an input may announce another format in the middle, and then goes on in a new file beside the first: "clip-2.mkv" after
    /// "clip.mkv", then "clip-3.mkv"; what is there of that name is replaced. All inputs go on in it; its time zero is the decoding time of
    /// the packet that it begins with. False: a format is kept to the end. Not for a URL.
    /// </summary>
    public bool NewFileOnChange { get; init; }

    /// <summary>Whether an mp4's index is moved to its front when it is finished, so that it plays while it downloads. Writes it twice.</summary>
    public bool FastStart { get; init; }

    /// <summary>
    /// How long the far end of a URL may take to answer, and later to take what is written, before that counts as failed. In real time;
    /// four seconds unless told otherwise. Files have all the time they need.
    /// </summary>
    /// <exception cref="ArgumentException">It is not above zero.</exception>
    public ClockTime Timeout
    {
        get;
        init => field = value > ClockTime.Zero ? value : throw new ArgumentException($"A timeout is above zero, not {value}.", nameof(value));
    }
    = ClockTime.FromSeconds(4);

    /// <summary>Options for a URL's protocol by FFmpeg's names, such as "method" = "PUT" for HTTP, which otherwise POSTs.</summary>
    public IReadOnlyDictionary<string, string> ProtocolOptions { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>Where writing runs; on a thread of its own unless told otherwise, for discs and servers may block.</summary>
    public StepPlacement Placement { get; init; } = StepPlacement.OwnThread;
}
