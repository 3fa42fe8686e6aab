using RetroVue.Media.Clocks;
using RetroVue.Media.FFmpeg.Native;
using RetroVue.Media.FFmpeg.Packets;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using static RetroVue.Media.FFmpeg.Interop.LibAVCodec;
using static RetroVue.Media.FFmpeg.Interop.LibAVUtil;

namespace RetroVue.Media.FFmpeg.Containers;

/// <summary>
/// Reads one picture stream and one sound stream of a file (<see cref="StreamChoice"/>), or a part of them, as encoded packets.
/// </summary>
/// <remarks>
/// <para>
/// PTS and DTS are the file's own, each rounded once from the stream's time base; the segment maps them to running time. Reading starts at
/// the last key frame at or before <see cref="FileDemuxerOptions.StartAt"/> and ends with the last packet that may be needed before
/// <see cref="FileDemuxerOptions.StopAt"/>: packets outside of the segment are included if others need them for decoding.
/// </para>
/// <para>
/// Edit lists and encoder delay are handled by libavformat: times are those after the edit list, packets that are only decoded are marked
/// <see cref="BufferFlags.DecodeOnly"/>, and samples to skip stay with the packet as side data, which the decoder applies. So the first
/// packet of AAC with priming has a PTS before the file's zero.
/// </para>
/// <para>
/// If a stream ends long before the other one, or is silent for long, the demuxer announces <see cref="Gap"/>s, so that a muxer does not
/// store the other one's buffers.
/// </para>
/// <para>
/// Link the outputs after <see cref="Open"/>. Members are for one thread at a time, <see cref="Element.Interrupt"/>,
/// <see cref="IsWantedMore"/>, <see cref="ReadingTime"/> and <see cref="CorruptPackets"/> are for any.
/// </para>
/// </remarks>
public sealed unsafe class FileDemuxer : Element
{
    private readonly string _path;
    private readonly FileDemuxerOptions _options;
    private readonly StepTask _task;
    private readonly PacketPool _pool = new();
    private readonly DemuxerInput _input;
    private readonly List<DemuxedStream> _streams = [];
    private MediaInfo? _info;
    private IClock _clock = SystemClock.Instance;
    private int _errorsInARow;
    private long _corruptPackets;
    private bool _hasReadError;
    private long _readingSince = ClockTime.None.Nanoseconds;
    private long _readingTime;

    /// <summary>Makes a demuxer for a file; does not open the file.</summary>
    /// <param name="name">The element's name.</param>
    /// <param name="path">The path of a regular file.</param>
    /// <param name="options">The streams and the part to read; null: the whole file, from running time zero.</param>
    /// <exception cref="ArgumentException">No stream is selected, or the part is empty.</exception>
    public FileDemuxer(string name, string path, FileDemuxerOptions? options = null)
        : base(name)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        _path = path;
        _options = options ?? new FileDemuxerOptions();
        if (!_options.Video && !_options.Audio)
        {
            throw new ArgumentException("Neither picture nor sound is selected.", nameof(options));
        }

        if (_options.StartAt.IsNone || _options.RunningTimeOffset.IsNone || _options.StopAt <= _options.StartAt)
        {
            throw new ArgumentException("StartAt and RunningTimeOffset must not be None, and StopAt must be later than StartAt.", nameof(options));
        }

        _input = new DemuxerInput(path, _options, _pool);
        _task = AddTask(Step, _options.Placement);
    }

    /// <summary>The description of the file.</summary>
    /// <exception cref="InvalidOperationException">The file is not open yet.</exception>
    public MediaInfo Info => _info ?? throw new InvalidOperationException($"'{Name}' is not open yet; call Open first.");

    /// <summary>
    /// True while all linked inputs have room. Then buffers that are missing downstream have not been read yet, and the file or its disk is
    /// the cause.
    /// </summary>
    public bool IsWantedMore => _task.HasRoom;

    /// <summary>
    /// The total time of reading so far, including the present read: the time of the file's disk and, if that is fast, of libavformat. By
    /// the executor's system clock.
    /// </summary>
    public ClockTime ReadingTime
    {
        get
        {
            var since = ClockTime.FromNanoseconds(Volatile.Read(ref _readingSince));
            since = since.IsNone ? _task.HangsSince : since;
            var ended = ClockTime.FromNanoseconds(Volatile.Read(ref _readingTime));
            return since.IsNone ? ended : ended + (_clock.Now - since);
        }
    }

    /// <summary>The picture output; null before <see cref="Open"/>, and if there is none or it is not selected.</summary>
    public OutputPad? VideoOutput { get; private set; }

    /// <summary>The sound output; null before <see cref="Open"/>, and if there is none or it is not selected.</summary>
    public OutputPad? AudioOutput { get; private set; }

    /// <summary>The number of packets that libavformat marked as damaged.</summary>
    public long CorruptPackets => Volatile.Read(ref _corruptPackets);

    /// <summary>The announced segment: the part of the file, on the line of its PTS.</summary>
    /// <exception cref="InvalidOperationException">The file is not open yet.</exception>
    public Segment Segment => new(Info.StartTime + _options.StartAt, Info.StartTime + _options.StopAt, _options.RunningTimeOffset);

    /// <summary>Opens the file, seeks to the key frame and adds the outputs. Blocks; does nothing if the file is open.</summary>
    /// <exception cref="MediaFileException">The file cannot be opened, or does not contain a selected stream.</exception>
    public void Open()
    {
        if (_info is not null)
        {
            return;
        }

        _input.Open();
        _info = _input.File.Info;
        VideoOutput = _options.Video ? AddStream(_info.Video, "video") : null;
        AudioOutput = _options.Audio ? AddStream(_info.Audio, "audio") : null;
    }

    /// <inheritdoc/>
    protected override void Prepare()
    {
        Open();
        _clock = Pipeline.Executor.Waiter.SystemClock;
        var segment = Segment;
        foreach (var stream in _streams)
        {
            stream.Announce(segment);
        }
    }

    /// <inheritdoc/>
    protected override void Interrupt() => _input.Interrupt();

    /// <inheritdoc/>
    protected override void Stop() => _input.DropAhead();

    /// <inheritdoc/>
    protected override void OnBuffer(InputPad input, MediaBuffer buffer) => throw new NotSupportedException("A demuxer has no inputs.");

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _input.DropAhead();
            _streams.ForEach(stream => stream.Dispose());
            _pool.Dispose();
            _input.Dispose();
        }

        base.Dispose(disposing);
    }

    private OutputPad? AddStream(StreamInfo? info, string name)
    {
        if (info is null)
        {
            return null;
        }

        var look = _input.Look(info);
        var stream = new DemuxedStream(_input.File, info, AddOutput(name), look);
        _streams.Add(stream);
        return stream.Output;
    }

    private StepResult Step()
    {
        if (_input.TakeAhead() is not { } memory)
        {
            memory = _pool.Rent();
            var code = Read(memory);
            if (code < 0)
            {
                memory.Release();
                return TakeError(code);
            }

            _errorsInARow = 0;
        }

        Deliver(memory);
        return _streams.TrueForAll(stream => stream.HasEnded) ? End() : StepResult.Again;
    }

    private int Read(PacketMemory memory)
    {
        var since = _clock.Now;
        Volatile.Write(ref _readingSince, since.Nanoseconds);
        var code = _input.File.Read(memory.Packet);
        // In this order no other thread counts the read twice.
        Volatile.Write(ref _readingSince, ClockTime.None.Nanoseconds);
        Volatile.Write(ref _readingTime, _readingTime + (_clock.Now - since).Nanoseconds);
        return code;
    }

    private void Deliver(PacketMemory memory)
    {
        var packet = memory.Packet;
        foreach (var stream in _streams)
        {
            if (stream.Info.Index == packet->stream_index && !stream.HasEnded)
            {
                if ((packet->flags & AV_PKT_FLAG_CORRUPT) != 0)
                {
                    Volatile.Write(ref _corruptPackets, _corruptPackets + 1);
                    FFmpegTelemetry.PacketDamaged();
                }

                stream.Push(memory);
                foreach (var other in _streams)
                {
                    other.Follow(stream.Confirmed);
                }

                return;
            }
        }

        memory.Release();
    }

    private StepResult TakeError(int code)
    {
        if (code == AVERROR_EXIT && _input.IsInterrupted)
        {
            return StepResult.Finished;
        }

        if (code == AVERROR_EOF)
        {
            if (_options.StartAt <= ClockTime.Zero && !_hasReadError && _streams.TrueForAll(stream => stream.IsEmpty))
            {
                throw new MediaFileException(_path, "contains no packet of the selected streams, only a header. Copy or export it again.");
            }

            ReportTruncation();
            return End();
        }

        _hasReadError = true;
        FFmpegTelemetry.ReadFailed();
        _streams.ForEach(stream => stream.MarkLoss());
        if (++_errorsInARow <= InputFile.MostErrorsInARow)
        {
            return StepResult.Again;
        }

        throw new MediaFileException(
            _path,
            $"cannot be read further: {_errorsInARow} reads in a row failed, the last with '{FFmpegErrors.Describe(code)}'. Copy or export it again.");
    }

    private StepResult End()
    {
        _streams.ForEach(stream => stream.End(EndOfStream.Instance));
        if (IsSink)
        {
            ReportEnd();
        }

        return StepResult.Finished;
    }

    private void ReportTruncation()
    {
        var end = _streams.Where(stream => !stream.LastEnd.IsNone).Select(stream => stream.LastEnd).DefaultIfEmpty(Info.StartTime).Max();
        var declared = Info.StartTime + Info.Duration;
        // Durations of containers without an index are estimates; an error of a second is not worth an event.
        if (end + ClockTime.FromSeconds(1) < declared && !(end >= Segment.Stop))
        {
            Pipeline.Report("truncated", Name, $"'{_path}' ends at {end - Info.StartTime} of {Info.Duration}.");
        }
    }
}
