using System.Globalization;
using RetroVue.Media.Elements.Flow;
using RetroVue.Media.FFmpeg.Native;
using RetroVue.Media.FFmpeg.Packets;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using static RetroVue.Media.FFmpeg.Interop.LibAVCodec;

namespace RetroVue.Media.FFmpeg.Containers;

/// <summary>Writes compressed streams into a file, MP4, Matroska or a transport stream, or as a transport stream to a URL.</summary>
/// <remarks>
/// <para>
/// A packet's time in the file is its running time, rounded once to the container's tick. What lies before running time zero (priming
/// of sound, pictures decoded ahead) an MP4 keeps and leaves out by its edit list; in other containers libavformat moves all streams by
/// one and the same time, so that none is negative.
/// </para>
/// <para>
/// The header is written when every input has announced its format and brought a packet or its end, or live inputs have waited for it as
/// long as they may (see <see cref="InterleavingElement"/>); the trailer when all have ended, or when the pipeline stops before. The file is
/// written in place: a run that was cut off leaves a file that Matroska and transport stream players can read to its end. Packets of a live
/// input that come late stand late in the file, at their own times. Inputs are added before the element is linked.
/// </para>
/// <para>
/// A URL is of any protocol that FFmpeg writes to: udp, rtp, tcp, srt, http and https, unix. One that cannot be reached fails the
/// pipeline's start; a server that goes, or takes nothing for the time of <see cref="FileMuxerOptions.Timeout"/>, fails the pipeline.
/// What goes out as datagrams (udp, rtp) never fails for want of a receiver. Errors and logs leave out user, password and passphrase.
/// </para>
/// </remarks>
public sealed unsafe class FileMuxer : InterleavingElement
{
    // Until what was captured last has gone out; with what comes after, less than the 5 s in which a pipeline stops.
    private static readonly ClockTime s_lastWrites = ClockTime.FromSeconds(2);

    private readonly string _path;
    private readonly FileMuxerOptions _options;
    private readonly List<MuxedStream> _streams = [];
    private readonly PacketHandle _packet;
    private OutputFile? _file;
    private bool _isHeaderWritten;
    private int _parts = 1;
    private ClockTime _beginning;

    /// <summary>A muxer for a file, with no inputs yet. An existing file is replaced when the pipeline starts.</summary>
    /// <param name="name">The element's name.</param>
    /// <param name="path">The file, or a URL such as "udp://HOST:PORT".</param>
    /// <param name="options">How it is written; null: as its extension says, to a URL as a transport stream.</param>
    /// <exception cref="ArgumentException">The path is empty, or a URL is to have a new file on a change.</exception>
    public FileMuxer(string name, string path, FileMuxerOptions? options = null)
        : base(name, (options ?? new FileMuxerOptions()).Placement)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        _path = path;
        _options = options ?? new FileMuxerOptions();
        if (_options.NewFileOnChange && IsUrl(path))
        {
            throw new ArgumentException($"{nameof(FileMuxerOptions.NewFileOnChange)} is for files; '{Secrets.Hide(path)}' is a URL.", nameof(options));
        }

        _packet = new PacketHandle();
    }

    /// <summary>
    /// Packets whose times were wrong and were put right: decoding times that are later than the presentation, repeat, go back or are less
    /// than the container's tick apart. No presentation time moves by more than a tick. For any thread.
    /// </summary>
    public long RepairedPackets => _streams.Sum(stream => stream.Repaired);

    /// <summary>Packets left out, because they go back in time behind what was written; the first is reported. For any thread.</summary>
    public long DroppedPackets => _streams.Sum(stream => stream.Refused);

    /// <inheritdoc/>
    protected override bool NeedsTimes => true;

    /// <summary>True for a path that is a URL: it begins with a protocol and "://", or with "unix:".</summary>
    public static bool IsUrl(string path) => OutputTarget.IsUrl(path);

    /// <summary>Adds an input, whose stream gets the next place in the file.</summary>
    /// <param name="name">Its name, such as "video".</param>
    public InputPad AddStream(string name)
    {
        var stream = new MuxedStream(AddLane(name));
        _streams.Add(stream);
        return stream.Input;
    }

    /// <inheritdoc/>
    protected override void Prepare() => _file = OpenFile(_path);

    /// <summary>Compressed media only, and of one format to a file's end: a container describes a stream once.</summary>
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
                Pipeline.Report("dropped", Name, $"'{input}' brought a packet at {buffer.Pts} that is presented before what was written; it is left out, as others like it.");
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

    /// <summary>Finishes the file and begins the next with a packet whose stream has another format now.</summary>
    private void BeginNextFile(MuxedStream stream, MediaBuffer first)
    {
        Finish();
        _file!.Dispose();
        _parts++;
        string path = PathOf(_parts);
        _file = OpenFile(path);
        _beginning = stream.Segment.ToRunningTime(first.DecodeOrder);
        Pipeline.Report("new-file", Name, $"'{stream.Input}' has become {stream.Format}; the recording goes on in '{path}'.");
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
            // An MP4's edit lists count in this; the usual thousandths would move a stream's start.
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

        throw new ArgumentException($"'{input}' is no input of '{Name}'.", nameof(input));
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
