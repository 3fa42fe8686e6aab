using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using RetroVue.Media.Blocking;
using RetroVue.Media.FFmpeg.Native;
using RetroVue.Media.Time;
using static RetroVue.Media.FFmpeg.Interop.LibAVFormat;
using static RetroVue.Media.FFmpeg.Interop.LibAVUtil;

namespace RetroVue.Media.FFmpeg.Containers;

/// <summary>The target of a muxer, a file or a URL: FFmpeg's options for it, and its error messages.</summary>
internal sealed unsafe partial class OutputTarget
{
    // In microseconds, as in AVFormatContext.
    private const string ClockLead = "200000";

    // In milliseconds. Shorter than a picture, so that each picture has one.
    private const string PcrPeriod = "10";

    private const string CheckHost = "Check its spelling and this machine's name server.";

    private readonly string _path;
    private readonly ClockTime _limit;

    /// <param name="path">A file's path, or a URL.</param>
    /// <param name="limit">How long the server of a URL may take.</param>
    /// <exception cref="MediaFileException">The URL is invalid, or FFmpeg cannot write its protocol.</exception>
    public OutputTarget(string path, ClockTime limit)
    {
        (_path, _limit) = (path, limit);
        Match url = UrlStart().Match(path);
        if (!url.Success)
        {
            return;
        }

        Protocol = url.Groups["protocol"].Value.ToLowerInvariant();
        if (path.AsSpan().ContainsAnyInRange('\0', ' '))
        {
            throw Error("is not a valid URL: it contains a space. Write %20 instead.");
        }

        var writable = WritableProtocols();
        if (!writable.Contains(Protocol))
        {
            throw Error(
                $"cannot be opened: FFmpeg {FFmpegLibrary.Version} was built without output support for the protocol '{Protocol}'. Use one that it "
                + $"supports ({string.Join(", ", writable)}), or set {FFmpegLibrary.FolderVariable} to an FFmpeg that has it.");
        }
    }

    /// <summary>The protocol of a URL, in lower case; null for a file.</summary>
    public string? Protocol { get; }

    /// <summary>The URL for FFmpeg. Not for people: it contains the user's password.</summary>
    public string Url => Protocol is null ? "file:" + Path.GetFullPath(_path) : _path;

    private string Seconds => $"{_limit.ToTimeSpan().TotalSeconds:0.#} s";

    /// <summary>True if a path is a URL: it begins with a protocol and "://", or with "unix:".</summary>
    public static bool IsUrl(string path) => UrlStart().IsMatch(path);

    /// <summary>Returns the container for the requested one, or for none; null: by the file's extension.</summary>
    public string? Container(string? wished) => (Protocol, wished) switch
    {
        ("rtp", null or "mpegts") => "rtp_mpegts",
        (not null, null) => "mpegts",
        _ => wished,
    };

    /// <summary>Returns the default options of its protocol, by FFmpeg's names.</summary>
    public IEnumerable<KeyValuePair<string, string>> ProtocolOptions() => Protocol switch
    {
        // Seven packets of a transport stream: the usual datagram, so that no packet is split.
        "udp" => [new("pkt_size", "1316")],
        // A live stream must not pile up here, unseen, if the server has stopped reading.
        "tcp" or "http" or "https" => [new("send_buffer_size", "262144")],
        // In seconds: data that is still in transit when the stream ends may arrive.
        "srt" => [new("linger", "1")],
        _ => [],
    };

    /// <summary>
    /// Returns the muxer's options, by FFmpeg's names. In a transport stream that is watched live, clock references precede their pictures,
    /// each picture has one, and sound does not wait until a packet is full.
    /// </summary>
    public IEnumerable<KeyValuePair<string, string>> MuxerOptions(string container) => (Protocol, container) switch
    {
        (not null, "mpegts") => [new("max_delay", ClockLead), new("pes_payload_size", "0"), new("pcr_period", PcrPeriod)],
        (not null, "rtp_mpegts") => [new("max_delay", ClockLead), new("mpegts_muxer_options", $"pes_payload_size=0:pcr_period={PcrPeriod}")],
        _ => [],
    };

    /// <summary>
    /// Checks that a URL's host has an address, because FFmpeg's own look-up cannot be interrupted and may take half a minute. FFmpeg looks
    /// it up again later.
    /// </summary>
    /// <exception cref="MediaFileException">The host has no address, or none was found in time.</exception>
    public void Resolve()
    {
        string host = HostOf(_path);
        bool isForProxy = Protocol is "http" or "https" && Environment.GetEnvironmentVariable($"{Protocol}_proxy") is { Length: > 0 };
        if (Protocol is null or "unix" || host.Length == 0 || isForProxy || IPAddress.TryParse(host, out _))
        {
            return;
        }

        Exception? failure = null;
        // If it takes too long it is left running: it ends by itself.
        var look = new Thread(() => failure = TryLookUp(host)) { Name = "FFmpeg host", IsBackground = true };
        look.Start();
        if (!Watchdog.Join(look, _limit.ToTimeSpan()))
        {
            throw Error($"has the host '{host}'; its address was not found within {Seconds}. {CheckHost}");
        }

        if (failure is not null)
        {
            throw Error($"has the host '{host}', but no address was found: {failure.Message}. {CheckHost}", failure);
        }
    }

    /// <summary>Makes the error if no container matches the name, or the requested one does not exist.</summary>
    public MediaFileException NoContainer(string? wished) => Error(wished is null
        ? $"has no extension that names a container; use .mp4, .mkv or .ts, or set {nameof(FileMuxerOptions)}.{nameof(FileMuxerOptions.Container)}."
        : $"cannot be written as '{wished}': FFmpeg has no such container. Use mp4, matroska or mpegts.");

    /// <summary>Makes the error if the container does not support the streams.</summary>
    public MediaFileException NotTaken(string container, IEnumerable<string> codecs, FFmpegException? error) => Error(
        $"cannot be written: the container {container} does not support these streams ({string.Join(", ", codecs)}). Use another container or "
        + "encode them to another codec.",
        error);

    /// <summary>Makes the error for options that the protocol does not have.</summary>
    public MediaFileException UnknownOptions(IEnumerable<string> names) =>
        Error($"cannot be opened: the protocol '{Protocol ?? "file"}' has no option {string.Join(", ", names)}. Leave it out, or correct its name.");

    /// <summary>Makes the error if opening or writing failed.</summary>
    /// <param name="error">FFmpeg's error.</param>
    /// <param name="isOpen">True if the target had been opened.</param>
    /// <param name="isStopped">True if the call was interrupted because the pipeline stops.</param>
    public MediaFileException Failed(FFmpegException error, bool isOpen, bool isStopped) => Error(
        Protocol is null
            ? $"cannot be written: {error.ErrorText}. {FileRemedy(error.ErrorCode)}"
            : error.ErrorCode switch
            {
                AVERROR_ECONNREFUSED => "refused the connection: no server listens there. Start the server, or correct the address.",
                AVERROR_EXIT when isStopped => "was stopped while its server accepted no data: the last part of the stream is missing there.",
                AVERROR_EXIT or AVERROR_ETIMEDOUT when !isOpen => $"did not answer within {Seconds}. Check that the server runs, and that no firewall blocks it.",
                AVERROR_EXIT or AVERROR_ETIMEDOUT => $"accepted no data for {Seconds}: the server hangs, or its network has failed. Repair it, and start again.",
                AVERROR_EPIPE or AVERROR_ECONNRESET => "was closed by its server before the stream's end. Look for the reason in the server's log, and start again.",
                _ when !isOpen => $"cannot be opened: {error.ErrorText}. Check the address, and that the server accepts a stream there.",
                _ => $"cannot be written: {error.ErrorText}. Check the server and the network to it.",
            },
        error);

    /// <summary>Makes the error if FFmpeg's muxer, and not the file or the server, refused a packet.</summary>
    /// <param name="container">The muxer.</param>
    /// <param name="stream">The stream, by number and codec.</param>
    /// <param name="error">FFmpeg's error.</param>
    public MediaFileException PacketNotTaken(string container, string stream, FFmpegException error) => Error(
        $"cannot be written further: the container {container} refused a packet of {stream}: {error.ErrorText}. The stream is damaged, "
        + "or its times break the container's rules. Decode and encode it, or use matroska.",
        error);

    /// <summary>Makes the error if FFmpeg's muxer, and not the file or the server, could not write the trailer.</summary>
    public MediaFileException NotFinished(string container, IEnumerable<string> codecs, FFmpegException error) => Error(
        $"cannot be finished: the container {container} lacks information about its streams ({string.Join(", ", codecs)}): {error.ErrorText}. "
        + "Decode and encode them, or use matroska.",
        error);

    /// <summary>Makes the error for inputs that all ended without a packet.</summary>
    public MediaFileException NothingToWrite() =>
        Error("was not written: its inputs ended before their first packet. Check that their sources contain more than a header.");

    private static string FileRemedy(int code) => code switch
    {
        AVERROR_ENOENT or AVERROR_ENOTDIR => "Check that its folder exists.",
        AVERROR_EISDIR => "It is a folder; name a file.",
        AVERROR_EACCES or AVERROR_EPERM => "Check that this user may write the file and its folder.",
        AVERROR_EROFS => "Its disk is mounted read-only; use another folder.",
        AVERROR_ENOSPC or AVERROR_EDQUOT => "Check that its disk has free space, and that the user's quota allows it.",
        AVERROR_EFBIG => "The disk's file system, or the user's limit, does not allow such a long file; record in parts or on another disk.",
        AVERROR_EIO => "The disk failed; see the system's log.",
        AVERROR_ENOMEM => "The machine has no memory left.",
        _ => "Check that its folder exists and is writable, and that the disk has free space.",
    };

    private MediaFileException Error(string problem, Exception? inner = null) =>
        new(Protocol is null ? _path : Secrets.Hide(_path), problem, inner);

    private static string HostOf(string url)
    {
        string authority = UrlStart().Replace(url, "");
        int end = authority.AsSpan().IndexOfAny('/', '?', '#');
        authority = end < 0 ? authority : authority[..end];
        authority = authority[(authority.LastIndexOf('@') + 1)..];
        return authority.StartsWith('[') ? authority[1..].Split(']')[0] : authority.Split(':')[0];
    }

    private static Exception? TryLookUp(string host)
    {
        try
        {
            Dns.GetHostAddresses(host);
            return null;
        }
        catch (Exception exception) when (exception is SocketException or ArgumentException)
        {
            return exception;
        }
    }

    private static List<string> WritableProtocols()
    {
        var names = new List<string>();
        void* state = null;
        while (NativeText.Read(avio_enum_protocols(&state, 1)) is { } name)
        {
            names.Add(name);
        }

        return names;
    }

    [GeneratedRegex("^(?:(?<protocol>[a-z][a-z0-9+.-]*)://|(?<protocol>unix):)", RegexOptions.IgnoreCase)]
    private static partial Regex UrlStart();
}
