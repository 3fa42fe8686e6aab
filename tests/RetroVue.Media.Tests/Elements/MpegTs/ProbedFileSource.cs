using RetroVue.Media.Formats;
using RetroVue.Media.Memory;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.Tests.Elements.MpegTs;

/// <summary>Plays the packets of a file whose places ffprobe told: a demuxer without the parsing.</summary>
internal sealed class ProbedFileSource : Element
{
    private readonly byte[] _file;
    private readonly ProbedPacket[] _packets;
    private readonly (string Codec, Rational TimeBase, byte[] ExtraData)[] _streams;
    private int _next;

    public ProbedFileSource(string name, string path)
        : base(name)
    {
        _file = File.ReadAllBytes(path);
        _packets = FfmpegTool.Packets(path);
        _streams = FfmpegTool.Streams(path);
        for (int i = 0; i < _streams.Length; i++)
        {
            AddOutput($"{i}");
        }

        AddTask(Step);
    }

    protected internal override void Prepare()
    {
        for (int i = 0; i < _streams.Length; i++)
        {
            bool isSound = _streams[i].Codec is "aac" or "mp2" or "mp3" or "ac3";
            Outputs[i].Push(new FormatChanged(new EncodedFormat(_streams[i].Codec, isSound ? MediaKind.Audio : MediaKind.Video)
            {
                ParameterSets = _streams[i].ExtraData,
                Audio = isSound ? new AudioFormat(SampleFormat.F32Planar, 48_000, new ChannelLayout("stereo", 2)) : null,
            }));
        }
    }

    protected internal override void OnBuffer(InputPad input, MediaBuffer buffer) => throw new NotSupportedException();

    private StepResult Step()
    {
        if (_next == _packets.Length)
        {
            Forward(EndOfStream.Instance);
            return StepResult.Finished;
        }

        ProbedPacket packet = _packets[_next++];
        Rational timeBase = _streams[packet.Stream].TimeBase;
        MediaBuffer buffer = MediaBuffer.Create(HeapMemory.Copy(_file.AsSpan((int)packet.Position, packet.Size)));
        buffer.Pts = ClockTime.FromUnits(packet.Pts, timeBase);
        buffer.Dts = ClockTime.FromUnits(packet.Dts, timeBase);
        buffer.Duration = ClockTime.FromUnits(packet.Duration, timeBase);
        buffer.Flags = packet.IsKey ? BufferFlags.KeyFrame : BufferFlags.None;
        Outputs[packet.Stream].Push(buffer);
        return StepResult.Again;
    }
}
