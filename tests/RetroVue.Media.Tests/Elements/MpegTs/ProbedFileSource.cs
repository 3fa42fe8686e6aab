using System.Text.Json;
using RetroVue.Media.Formats;
using RetroVue.Media.Memory;
using RetroVue.Media.Pipelines;

namespace RetroVue.Media.Tests.Elements.MpegTs;

/// <summary>Plays the packets of a file from the places that ffprobe names: a demuxer that does no parsing.</summary>
internal sealed class ProbedFileSource : Element
{
    private readonly byte[] _file;
    private readonly IReadOnlyList<ProbedPacket> _packets;
    private readonly (string Codec, byte[] ExtraData)[] _streams;
    private int _next;

    public ProbedFileSource(string name, string path)
        : base(name)
    {
        _file = File.ReadAllBytes(path);
        _packets = ProbedPacket.Read(path);
        _streams = Streams(path);
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
        if (_next == _packets.Count)
        {
            Forward(EndOfStream.Instance);
            return StepResult.Finished;
        }

        ProbedPacket packet = _packets[_next++];
        MediaBuffer buffer = MediaBuffer.Create(HeapMemory.Copy(_file.AsSpan((int)packet.Position, packet.Size)));
        (buffer.Pts, buffer.Dts, buffer.Duration) = (packet.Pts, packet.Dts, packet.Duration);
        buffer.Flags = packet.IsKey ? BufferFlags.KeyFrame : BufferFlags.None;
        Outputs[packet.Stream].Push(buffer);
        return StepResult.Again;
    }

    /// <summary>Returns the codecs and the extra data of a file's streams.</summary>
    private static (string Codec, byte[] ExtraData)[] Streams(string path)
    {
        using JsonDocument document = JsonDocument.Parse(Tool.OutputOf("ffprobe", "-v", "error", "-show_streams", "-show_data", "-of", "json", path));
        return [.. document.RootElement.GetProperty("streams").EnumerateArray().Select(stream => (
            stream.GetProperty("codec_name").GetString()!,
            stream.TryGetProperty("extradata", out JsonElement dump) ? FromDump(dump.GetString()!) : []))];
    }

    /// <summary>Reads the bytes from lines such as "00000000: 0164 001e ffe1  .d....".</summary>
    private static byte[] FromDump(string dump) => [.. dump.Split('\n', StringSplitOptions.RemoveEmptyEntries)
        .Select(line => line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..])
        .Select(line => line[..line.IndexOf("  ", StringComparison.Ordinal)].Replace(" ", "", StringComparison.Ordinal))
        .SelectMany(Convert.FromHexString)];
}
