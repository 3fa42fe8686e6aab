using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using RetroVue.Media.Blocking;
using RetroVue.Media.FFmpeg.Native;
using RetroVue.Media.Time;
using static RetroVue.Media.FFmpeg.Interop.LibAVFormat;
using static RetroVue.Media.FFmpeg.Interop.LibAVUtil;

namespace RetroVue.Media.FFmpeg.Containers;

/// <summary>Where a muxer writes to, a file or a URL: what FFmpeg is told, and what its user is told where that fails.</summary>
internal sealed unsafe partial class OutputTarget
{
    // In microseconds, as AVFormatContext has it.
    private const string ClockLead = "200000";

    // In milliseconds. Less than a picture lasts, so that each picture has one.
    private const string PcrPeriod = "10";

    private const string CheckHost = "Check its spelling and this machine's name server.";

    private readonly string _path;
    private readonly ClockTime _limit;

    /// <param name="path">A file's path, or a URL.</param>
    /// <param name="limit">How long the far end of a URL may take.</param>
    /// <exception cref="MediaFileException">It is no URL, or of a protocol that FFmpeg does not write to.</exception>
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
            throw Error("is no URL: it has a blank in it. Write %20 in its place.");
        }

        var writable = WritableProtocols();
        if (!writable.Contains(Protocol))
        {
            throw Error(
                $"cannot be opened: FFmpeg {FFmpegLibrary.Version} was built without writing to the protocol '{Protocol}'. Use one that it "
                + $"writes to ({string.Join(", ", writable)}), or a fuller FFmpeg in {FFmpegLibrary.FolderVariable}.");
        }
    }

    /// <summary>The protocol of a URL, in lower case; null for a file.</summary>
    public string? Protocol { get; }

    /// <summary>What FFmpeg is given. Not for people: a URL has its user's password in it.</summary>
    public string Url => Protocol is null ? "file:" + Path.GetFullPath(_path) : _path;

    private string Seconds => $"{_limit.ToTimeSpan().TotalSeconds:0.#} s";

    /// <summary>True for a path that is a URL: it begins with a protocol and "://", or with "unix:".</summary>
    public static bool IsUrl(string path) => UrlStart().IsMatch(path);

    /// <summary>The container to write where one is wished for or none; null: as the file's extension says.</summary>
    public string? Container(string? wished) => (Protocol, wished) switch
    {
        ("rtp", null or "mpegts") => "rtp_mpegts",
        (not null, null) => "mpegts",
        _ => wished,
    };

    /// <summary>What its protocol is told unless the user says otherwise, by FFmpeg's names.</summary>
    public IEnumerable<KeyValuePair<string, string>> ProtocolOptions() => Protocol switch
    {
        // Seven packets of a transport stream: the usual datagram, and none is cut in two.
        "udp" => [new("pkt_size", "1316")],
        // A live stream must not pile up here, unseen, for a server that has stopped reading.
        "tcp" or "http" or "https" => [new("send_buffer_size", "262144")],
        // In seconds: what is still on its way when the stream ends may arrive.
        "srt" => [new("linger", "1")],
        _ => [],
    };

    /// <summary>
    /// What the muxer is told, by FFmpeg's names: a transport stream that is watched while it is written has its clock references ahead of
    /// the pictures they are for, and one with each picture; and no sound that waits for more to fill a packet.
    /// </summary>
    public IEnumerable<KeyValuePair<string, string>> MuxerOptions(string container) => (Protocol, container) switch
    {
        (not null, "mpegts") => [new("max_delay", ClockLead), new("pes_payload_size", "0"), new("pcr_period", PcrPeriod)],
        (not null, "rtp_mpegts") => [new("max_delay", ClockLead), new("mpegts_muxer_options", $"pes_payload_size=0:pcr_period={PcrPeriod}")],
        _ => [],
    };

    /// <summary>
    /// Makes sure that a URL's host has an address, for FFmpeg's own look-up cannot be interrupted and may take half a minute. What it
    /// finds then is in the resolver's hand.
    /// </summary>
    /// <exception cref="MediaFileException">It has none, or none was found in time.</exception>
    public void Resolve()
    {
        string host = HostOf(_path);
        bool isForProxy = Protocol is "http" or "https" && Environment.GetEnvironmentVariable($"{Protocol}_proxy") is { Length: > 0 };
        if (Protocol is null or "unix" || host.Length == 0 || isForProxy || IPAddress.TryParse(host, out _))
        {
            return;
        }

        Exception? failure = null;
        // Left behind where it takes too long: it ends by itself.
        var look = new Thread(() => failure = TryLookUp(host)) { Name = "FFmpeg host", IsBackground = true };
        look.Start();
        if (!Watchdog.Join(look, _limit.ToTimeSpan()))
        {
            throw Error($"names the host '{host}', whose address was not found within {Seconds}. {CheckHost}");
        }

        if (failure is not null)
        {
            throw Error($"names the host '{host}', which has no address: {failure.Message}. {CheckHost}", failure);
        }
    }

    /// <summary>What to say where no container follows from its name, or there is none of that name.</summary>
    public MediaFileException NoContainer(string? wished) => Error(wished is null
        ? $"has no extension that names a container; use .mp4, .mkv or .ts, or set {nameof(FileMuxerOptions)}.{nameof(FileMuxerOptions.Container)}."
        : $"cannot be written as '{wished}': FFmpeg has no such container. Use mp4, matroska or mpegts.");

    /// <summary>What to say where the streams do not fit the container.</summary>
    public MediaFileException NotTaken(string container, IEnumerable<string> codecs, FFmpegException? error) => Error(
        $"cannot be written: the container {container} does not take these streams ({string.Join(", ", codecs)}). Use another container or "
        + "encode them to another codec.",
        error);

    /// <summary>What to say of options that the protocol does not have.</summary>
    public MediaFileException UnknownOptions(IEnumerable<string> names) =>
        Error($"cannot be opened: the protocol '{Protocol ?? "file"}' has no option {string.Join(", ", names)}. Leave it out, or correct its name.");

    /// <summary>What to say where opening or writing failed.</summary>
    /// <param name="error">What FFmpeg said.</param>
    /// <param name="isOpen">Whether it had been opened.</param>
    /// <param name="isStopped">Whether the call was broken off because the pipeline stops.</param>
    public MediaFileException Failed(FFmpegException error, bool isOpen, bool isStopped) => Error(
        Protocol is null
            ? $"cannot be written: {error.ErrorText}. {FileRemedy(error.ErrorCode)}"
            : error.ErrorCode switch
            {
                AVERROR_ECONNREFUSED => "refused the connection: nothing listens there. Start the server, or correct the address.",
                AVERROR_EXIT when isStopped => "was stopped while its server took nothing: the last moments are missing there.",
                AVERROR_EXIT or AVERROR_ETIMEDOUT when !isOpen => $"did not answer within {Seconds}. Check that the server runs, and that no firewall stands before it.",
                AVERROR_EXIT or AVERROR_ETIMEDOUT => $"took nothing for {Seconds}: the server hangs, or the network to it is gone. See to it, and start again.",
                AVERROR_EPIPE or AVERROR_ECONNRESET => "was closed by its server before the stream's end. See the server's log for the reason, and start again.",
                _ when !isOpen => $"cannot be opened: {error.ErrorText}. Check the address, and that the server takes a stream there.",
                _ => $"cannot be written: {error.ErrorText}. Check the server and the network to it.",
            },
        error);

    /// <summary>What to say where FFmpeg's muxer, and not the file or the server, refused a packet.</summary>
    /// <param name="container">The muxer.</param>
    /// <param name="stream">The stream, by number and codec.</param>
    /// <param name="error">What FFmpeg said.</param>
    public MediaFileException PacketNotTaken(string container, string stream, FFmpegException error) => Error(
        $"cannot be written further: the container {container} does not take a packet of {stream}: {error.ErrorText}. The stream is damaged, "
        + "or its times are not what the container asks for. Decode and encode it, or use matroska.",
        error);

    /// <summary>What to say where FFmpeg's muxer, and not the file or the server, could not write the trailer.</summary>
    public MediaFileException NotFinished(string container, IEnumerable<string> codecs, FFmpegException error) => Error(
        $"cannot be finished: the container {container} lacks something of its streams ({string.Join(", ", codecs)}): {error.ErrorText}. "
        + "Decode and encode them, or use matroska.",
        error);

    /// <summary>What to say where all inputs ended without a packet.</summary>
    public MediaFileException NothingToWrite() =>
        Error("was not written: its inputs ended before their first packet. Check that their sources hold more than a header.");

    private static string FileRemedy(int code) => code switch
    {
        AVERROR_ENOENT or AVERROR_ENOTDIR => "Check that its folder exists.",
        AVERROR_EISDIR => "It is a folder; name a file.",
        AVERROR_EACCES or AVERROR_EPERM => "Check that this user may write the file and its folder.",
        AVERROR_EROFS => "Its disc is mounted for reading only; use another folder.",
        AVERROR_ENOSPC or AVERROR_EDQUOT => "Check that its disc, and the user's share of it, has room.",
        AVERROR_EFBIG => "The disc's file system, or the user's limit, allows no file that long; record in parts or on another disc.",
        AVERROR_EIO => "The disc failed; the system's log says how.",
        AVERROR_ENOMEM => "The machine has no memory left.",
        _ => "Check that its folder exists and may be written, and that the disc has room.",
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
