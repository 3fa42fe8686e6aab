using System.Globalization;
using RetroVue.Media.Elements.Flow;
using RetroVue.Media.FFmpeg.Native;
using RetroVue.Media.FFmpeg.Packets;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using static RetroVue.Media.FFmpeg.Interop.LibAVCodec;

namespace RetroVue.Media.FFmpeg.Containers;

/// <summary>Writes encoded streams to a file (MP4, Matroska or a transport stream) or, as a transport stream, to a URL.</summary>
/// <remarks>
/// <para>
/// A packet's time in the file is its running time, rounded once to the container's tick. Media before running time zero (priming of sound,
/// pictures decoded in advance) is kept in an MP4 and hidden by its edit list; in other containers libavformat shifts all streams by the
/// same time, so that no time is negative.
/// </para>
/// <para>
/// The header is written when each input has announced its format and has delivered a packet or its end, or when live inputs have waited
/// for it as long as they may (see <see cref="InterleavingElement"/>). The trailer is written when all inputs have ended, or when the
/// pipeline stops. The file is written in place: after an aborted run, Matroska and transport stream players can still play the file to its
/// end. Late packets of a live input are stored late in the file, with their own times. Inputs are added before the element is linked.
/// </para>
/// <para>
/// A URL can have any protocol that FFmpeg can write: udp, rtp, tcp, srt, http and https, unix. If the server cannot be reached, the
/// pipeline's start fails. If the server closes the connection, or accepts nothing for <see cref="FileMuxerOptions.Timeout"/>, the pipeline
/// fails. Datagrams (udp, rtp) never fail because of a missing receiver. Errors and logs omit user, password and passphrase.
/// </para>
/// </remarks>
public sealed unsafe class FileMuxer : InterleavingElement
{
    // Until the last captured media has been sent; together with the rest, less than the 5 s in which a pipeline stops.
    private static readonly ClockTime s_lastWrites = ClockTime.FromSeconds(2);

    private readonly string _path;
    private readonly FileMuxerOptions _options;
    private readonly List<MuxedStream> _streams = [];
    private readonly PacketHandle _packet;
    private OutputFile? _file;
    private bool _isHeaderWritten;
    private int _parts = 1;
    private ClockTime _beginning;

    /// <summary>Makes a muxer for a file, without inputs. An existing file is replaced when the pipeline starts.</summary>
    /// <param name="name">The element's name.</param>
    /// <param name="path">The file, or a URL such as "udp://HOST:PORT".</param>
    /// <param name="options">The options; null: the container by the file's extension; a transport stream for a URL.</param>
    /// <exception cref="ArgumentException">The path is empty, or it is a URL and a new file on a change is set.</exception>
    public FileMuxer(string name, string path, FileMuxerOptions? options = null)
        : base(name, (options ?? new FileMuxerOptions()).Placement)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        _path = path;
        _options = options ?? new FileMuxerOptions();
        if (_options.NewFileOnChange && IsUrl(path))
        {
            throw new ArgumentException($"{nameof(FileMuxerOptions.NewFileOnChange)} is only for files; '{Secrets.Hide(path)}' is a URL.", nameof(options));
        }

        _packet = new PacketHandle();
    }

    /// <summary>
    /// The number of packets whose wrong times were corrected: decoding times that are later than the presentation, repeat, go back, or are
    /// less than the container's tick apart. No presentation time is moved by more than a tick. For any thread.
    /// </summary>
    public long RepairedPackets => _streams.Sum(stream => stream.Repaired);

    /// <summary>
    /// The number of packets dropped because their times go back behind packets already written; the first is reported. For any thread.
    /// </summary>
    public long DroppedPackets => _streams.Sum(stream => stream.Refused);

    /// <inheritdoc/>
    protected override bool NeedsTimes => true;

    /// <summary>True if a path is a URL: it begins with a protocol and "://", or with "unix:".</summary>
    public static bool IsUrl(string path) => OutputTarget.IsUrl(path);

    /// <summary>Adds an input; its stream becomes the next one in the file.</summary>
    /// <param name="name">Its name, such as "video".</param>
    public InputPad AddStream(string name)
    {
        var stream = new MuxedStream(AddStreamInput(name));
        _streams.Add(stream);
        return stream.Input;
    }

    /// <inheritdoc/>
    protected override void Prepare() => _file = OpenFile(_path);

    /// <summary>Accepts only encoded media, and only one format per file: a container describes a stream once.</summary>
    protected override bool Accepts(InputPad input, MediaFormat format)
    {
        var stream = StreamOf(input);
        stream.First ??= format as EncodedFormat;
        return format is EncodedFormat && (_options.NewFileOnChange || format.Equals(stream.First));
    }

    /// <inheritdoc/>
    protected override MediaFormat? Preferred(InputPad input) => StreamOf(input).First;

    /// <inheritdoc/>
    protected override void TakeEvent(InputPad input, MediaEvent mediaEvent)
    {
        switch (mediaEvent)
        {
            case Segment segment:
                StreamOf(input).Segment = segment;
                break;
            case FormatChanged { Format: EncodedFormat format }:
                var stream = StreamOf(input);
                stream.Format = format.Equals(stream.Format) ? stream.Format : format;
                break;
        }
    }

    /// <inheritdoc/>
    protected override void TakeBuffer(InputPad input, MediaBuffer buffer)
    {
        var packet = _packet.Pointer;
        var stream = StreamOf(input);
        try
        {
            if (_isHeaderWritten && !ReferenceEquals(stream.Format, stream.Written))
            {
                BeginNextFile(stream, buffer);
            }

            if (!_isHeaderWritten)
            {
                WriteHeader();
            }

            PacketMemory.Refer(packet, buffer);
            if (stream.TryStamp(packet, buffer, _beginning))
            {
                _file!.Write(packet);
            }
            else if (DroppedPackets == 1)
            {
                Pipeline.Report("dropped", Name, $"'{input}' has a packet at {buffer.Pts}, before packets already written; this packet and all others like it are dropped.");
            }
        }
        finally
        {
            av_packet_unref(packet);
            buffer.Release();
        }
    }

    /// <inheritdoc/>
    protected override void TakeEnd()
    {
        if (!_isHeaderWritten)
        {
            throw _file!.NothingToWrite();
        }

        Finish();
        ReportEnd();
    }

    /// <inheritdoc/>
    protected override Exception Refusal(string reason) => new MediaFileException(PathOf(_parts), $"cannot be written: {reason}");

    /// <inheritdoc/>
    protected override void Interrupt() => _file?.Interrupt(s_lastWrites);

    /// <inheritdoc/>
    protected override void Stop()
    {
        try
        {
            base.Stop();
        }
        finally
        {
            Finish();
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _file?.Dispose();
            _packet.Dispose();
        }

        base.Dispose(disposing);
    }

    private string PathOf(int part) => part == 1
        ? _path
        : Path.Combine(
            Path.GetDirectoryName(_path) ?? "", $"{Path.GetFileNameWithoutExtension(_path)}-{part.ToString(CultureInfo.InvariantCulture)}{Path.GetExtension(_path)}");

    /// <summary>Finishes the file and begins the next one with a packet whose stream has a new format.</summary>
    private void BeginNextFile(MuxedStream stream, MediaBuffer first)
    {
        Finish();
        _file!.Dispose();
        _parts++;
        string path = PathOf(_parts);
        _file = OpenFile(path);
        _beginning = stream.Segment.ToRunningTime(first.DecodeOrder);
        Pipeline.Report("new-file", Name, $"'{stream.Input}' has the new format {stream.Format}; the recording goes on in '{path}'.");
    }

    private OutputFile OpenFile(string path) => FFmpegTelemetry.Open("write", () => new OutputFile(path, _options));

    private void WriteHeader()
    {
        var described = _streams.Where(stream => stream.Format is not null).ToList();
        long ticksPerSecond = 1;
        foreach (var stream in described)
        {
            var timeBase = MuxedStream.WishedTimeBase(stream.Format!);
            stream.Enter(_file!.AddStream(stream.Format!, timeBase));
            ticksPerSecond = LeastCommonMultiple(ticksPerSecond, timeBase.Denominator);
        }

        _file!.WriteHeader(HeaderOptions(ticksPerSecond));
        _isHeaderWritten = true;
        foreach (var stream in described)
        {
            stream.TimeBase = _file.TimeBase(stream.Index);
            stream.MayRepeat = _file.TakesRepeatedTimes;
        }
    }

    private Dictionary<string, string> HeaderOptions(long ticksPerSecond)
    {
        var options = new Dictionary<string, string>(StringComparer.Ordinal);
        if (ticksPerSecond <= int.MaxValue)
        {
            // The unit of an MP4's edit lists; with the usual thousandths a stream's start would move.
            options["movie_timescale"] = ticksPerSecond.ToString(CultureInfo.InvariantCulture);
        }

        if (_options.FastStart)
        {
            options["movflags"] = "+faststart";
        }

        return options;
    }

    private void Finish()
    {
        if (_isHeaderWritten)
        {
            _isHeaderWritten = false;
            _file!.Finish();
        }
    }

    private MuxedStream StreamOf(InputPad input)
    {
        foreach (var stream in _streams)
        {
            if (ReferenceEquals(stream.Input, input))
            {
                return stream;
            }
        }

        throw new ArgumentException($"'{input}' is not an input of '{Name}'.", nameof(input));
    }

    private static long LeastCommonMultiple(long a, long b)
    {
        var (x, y) = (a, b);
        while (y != 0)
        {
            (x, y) = (y, x % y);
        }

        return a / x * b;
    }
}
