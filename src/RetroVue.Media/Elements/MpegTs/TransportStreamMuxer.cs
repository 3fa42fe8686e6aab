using RetroVue.Media.Elements.Flow;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.Elements.MpegTs;

/// <summary>
/// Makes a transport stream from packets as fast as they come, for files and for remuxing: output time follows the decoding times. Its
/// buffers are whole packets with the output time as PTS; a new one begins at each cut, with <see cref="BufferFlags.KeyFrame"/>.
/// </summary>
/// <remarks>
/// Times in the stream are running times plus an offset, so streams with different segments fit together. If a file's decoding times begin
/// at zero, its clock references begin <see cref="TransportStreamOptions.Delay"/> earlier, just before the wrap of the 33 bits; for players
/// that do not accept that, an offset shifts all times. A hole of more than a minute, or a step back by more than a minute, becomes a
/// marked discontinuity. Packets of an input that is that late do not: they are sent at once with their own times.
/// </remarks>
public sealed class TransportStreamMuxer : InterleavingElement
{
    private const int ChunkLength = 32 * 1024;
    private static readonly ClockTime s_longestHole = ClockTime.FromSeconds(60);

    /// <summary>A tick of 90 kHz, rounded up: rounding may make a packet due this much before its decoding time.</summary>
    private static readonly ClockTime s_stampRounding = ClockTime.FromMicroseconds(12);

    private readonly TransportStreamWriter _writer;
    private readonly TransportStreamChunker _chunker;
    private readonly ClockTime _offset;
    private readonly OutputPad _output;
    private readonly List<MuxedStream> _streams = [];

    /// <summary>Makes a muxer without tracks.</summary>
    /// <param name="name">The element's name.</param>
    /// <param name="options">The layout of the stream.</param>
    /// <param name="offset">A time that is added to all times.</param>
    /// <exception cref="ArgumentException">The options contradict each other.</exception>
    public TransportStreamMuxer(string name, TransportStreamOptions? options = null, ClockTime offset = default)
        // On the thread of the demuxer that feeds it: waking another thread for each packet costs more than writing the packet.
        : base(name, StepPlacement.Reading)
    {
        _writer = new TransportStreamWriter(options);
        _chunker = new TransportStreamChunker(chunk => _output!.Push(chunk.Buffer));
        _offset = offset;
        _output = AddOutput();
    }

    /// <inheritdoc cref="TransportStreamWriter.RepairedPackets"/>
    public long RepairedPackets => _writer.RepairedPackets;

    /// <inheritdoc cref="TransportStreamWriter.DroppedPackets"/>
    public long DroppedPackets => _writer.DroppedPackets;

    /// <inheritdoc/>
    protected override bool NeedsTimes => true;

    /// <summary>Adds an input for one elementary stream; before the pipeline starts.</summary>
    public InputPad AddTrack()
    {
        InputPad input = AddStreamInput($"track-{_streams.Count + 1}");
        _streams.Add(new MuxedStream(input));
        return input;
    }

    /// <inheritdoc/>
    protected internal override bool Accepts(InputPad input, MediaFormat format) =>
        format is EncodedFormat encoded && TransportStreamWriter.CanCarry(encoded);

    /// <inheritdoc/>
    protected internal override void Prepare() => _output.Push(new FormatChanged(new EncodedFormat("mpegts", MediaKind.Other)));

    /// <inheritdoc/>
    protected internal override void Stop()
    {
        try
        {
            base.Stop();
        }
        finally
        {
            _writer.Clear();
            _chunker.Dispose();
        }
    }

    /// <inheritdoc/>
    protected override void TakeBuffer(InputPad input, MediaBuffer buffer)
    {
        MuxedStream stream = StreamOf(input);
        TransportStreamTrack track = stream.Track ?? AddTracks(stream);
        ClockTime shift = stream.Segment.ToRunningTime(_offset);
        if (shift != ClockTime.Zero)
        {
            buffer = buffer.MakeWritable();
            buffer.Pts += shift;
            buffer.Dts += shift;
        }

        ClockTime outputTime = buffer.DecodeOrder - _writer.Options.Delay - s_stampRounding;
        if (!outputTime.IsNone)
        {
            // If its presentation does not go back, only the decoding time is wrong, and the writer corrects it.
            bool isShownBefore = buffer.Pts - _writer.Options.Delay < _writer.OutputTime - s_longestHole;
            bool isLate = outputTime < _writer.OutputTime && !(isShownBefore && (outputTime - stream.Reached).Abs() > s_longestHole);
            FollowTo(isLate ? _writer.OutputTime : outputTime);
            stream.Reached = outputTime;
        }

        _writer.Write(track, buffer);
        if (_chunker.Waiting >= ChunkLength)
        {
            _chunker.Flush(_writer.OutputTime);
        }
    }

    /// <inheritdoc/>
    protected override void TakeEvent(InputPad input, MediaEvent mediaEvent)
    {
        MuxedStream stream = StreamOf(input);
        switch (mediaEvent)
        {
            case Segment segment:
                stream.Segment = segment;
                break;
            case FormatChanged { Format: EncodedFormat format }:
                stream.Format = format;
                if (stream.Track is { } track)
                {
                    _writer.ChangeFormat(track, format);
                }

                break;
        }
    }

    /// <inheritdoc/>
    protected override void TakeEnd()
    {
        _writer.Finish(_chunker);
        if (!_writer.OutputTime.IsNone)
        {
            _chunker.Flush(_writer.OutputTime);
        }

        Forward(EndOfStream.Instance);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _writer.Dispose();
        _chunker.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>
    /// Adds the tracks in the order of the inputs, not in the order in which their formats came, because the order decides the PIDs. All
    /// formats have come when the first packet is taken.
    /// </summary>
    private TransportStreamTrack AddTracks(MuxedStream first)
    {
        foreach (MuxedStream stream in _streams)
        {
            if (stream is { Track: null, Format: { } format })
            {
                stream.Track = _writer.AddTrack(format);
            }
        }

        return first.Track ?? throw new InvalidOperationException($"'{first.Input}' received a packet before its format.");
    }

    /// <summary>Sends everything that precedes a packet that is due just after <paramref name="outputTime"/>.</summary>
    private void FollowTo(ClockTime outputTime)
    {
        if (_writer.OutputTime.IsNone)
        {
            // Output may begin before zero; it must not be clipped.
            _output.Push(new Segment(outputTime, ClockTime.None, ClockTime.Zero));
            _writer.JumpTo(outputTime);
        }
        else if ((outputTime - _writer.OutputTime).Abs() > s_longestHole)
        {
            _writer.Finish(_chunker);
            _chunker.Flush(_writer.OutputTime);
            _writer.JumpTo(outputTime);
        }

        _writer.AdvanceTo(outputTime, _chunker);
    }

    private MuxedStream StreamOf(InputPad input)
    {
        foreach (MuxedStream stream in _streams)
        {
            if (ReferenceEquals(stream.Input, input))
            {
                return stream;
            }
        }

        throw new ArgumentException($"'{input}' is not a track of '{Name}'.", nameof(input));
    }

    private sealed class MuxedStream(InputPad input)
    {
        public InputPad Input { get; } = input;

        public Segment Segment { get; set; } = Segment.Default;

        public EncodedFormat? Format { get; set; }

        public TransportStreamTrack? Track { get; set; }

        /// <summary>The output time of its last packet; None before the first.</summary>
        public ClockTime Reached { get; set; } = ClockTime.None;
    }
}
