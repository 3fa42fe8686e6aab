using RetroVue.Media.Formats;
using RetroVue.Media.Memory;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Runtime.Tests.Output.AnyInput;

/// <summary>
/// An element that gives the packets of an invented file from a position on, as a demuxer would: in the order of the file and as fast as
/// they are taken.
/// </summary>
internal sealed class ScriptedFile : Element
{
    // These are the lags of FileDemuxer: pictures may lie half a minute behind the sound, and sound three seconds behind the pictures.
    private static readonly ClockTime s_pictureLag = ClockTime.FromSeconds(32);
    private static readonly ClockTime s_soundLag = ClockTime.FromSeconds(3);

    private readonly Queue<ScriptedPacket> _packets;
    private readonly Func<ScriptedPacket, MediaMemory> _content;
    private readonly List<Stream> _streams = [];
    private readonly Segment _segment;
    private readonly bool _tellsGaps;

    public ScriptedFile(
        string name,
        MediaScript script,
        ClockTime position,
        ClockTime offset,
        IEnumerable<MediaFormat> formats,
        Func<ScriptedPacket, MediaMemory> content)
        : base(name)
    {
        _packets = new(script.From(position));
        _content = content;
        _segment = new Segment(position, ClockTime.None, offset);
        _tellsGaps = script.TellsGaps;
        foreach (MediaFormat format in formats)
        {
            MediaKind kind = format is EncodedFormat encoded ? encoded.Kind : format is VideoFormat ? MediaKind.Video : MediaKind.Audio;
            _streams.Add(new Stream(kind, format, AddOutput(kind.ToString())) { Reached = position });
        }

        AddTask(Step);
    }

    public OutputPad? Output(MediaKind kind) => _streams.Find(stream => stream.Kind == kind)?.Output;

    protected override void Prepare()
    {
        foreach (Stream stream in _streams)
        {
            stream.Output.Push(new FormatChanged(stream.Format));
            stream.Output.Push(_segment);
        }
    }

    protected override void OnBuffer(InputPad input, MediaBuffer buffer) => throw new NotSupportedException("A source has no input.");

    private StepResult Step()
    {
        if (!_packets.TryDequeue(out ScriptedPacket? packet))
        {
            Forward(EndOfStream.Instance);
            return StepResult.Finished;
        }

        if (_streams.Find(stream => stream.Kind == packet.Kind) is { } mine)
        {
            MediaBuffer buffer = MediaBuffer.Create(_content(packet));
            (buffer.Pts, buffer.Dts, buffer.Duration) = (packet.Pts, packet.Dts, packet.Duration);
            buffer.Flags = packet.IsKeyFrame ? BufferFlags.KeyFrame : BufferFlags.None;
            mine.Reached = packet.Dts > mine.Reached ? packet.Dts : mine.Reached;
            // As in a demuxer, the earlier of two times counts, because a single time may be wrong.
            ClockTime confirmed = ClockTime.Min(mine.Last, packet.Dts);
            mine.Last = packet.Dts;
            mine.Output.Push(buffer);
            foreach (Stream other in _streams)
            {
                ClockTime until = confirmed - (other.Kind == MediaKind.Video ? s_pictureLag : s_soundLag);
                if (_tellsGaps && !confirmed.IsNone && until - other.Reached >= ClockTime.FromMilliseconds(500))
                {
                    other.Output.Push(new Gap(other.Reached, until - other.Reached));
                    other.Reached = until;
                }
            }
        }

        return StepResult.Again;
    }

    private sealed record Stream(MediaKind Kind, MediaFormat Format, OutputPad Output)
    {
        public ClockTime Reached { get; set; }

        public ClockTime Last { get; set; } = ClockTime.None;
    }
}
