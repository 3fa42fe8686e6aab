using System.Buffers;
using RetroVue.Media.Elements.MpegTs;
using RetroVue.Media.Formats;
using RetroVue.Media.Memory;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.Tests.Elements.MpegTs;

/// <summary>A writer that is fed with invented packets of known times and sizes, as in a channel: in granules of output time.</summary>
internal sealed class TransportStreamBench : ITransportStreamSink, IDisposable
{
    public static readonly ClockTime Granule = ClockTime.FromMilliseconds(20);

    private readonly ArrayBufferWriter<byte> _bytes = new();
    private readonly List<BenchStream> _streams = [];

    public TransportStreamBench(TransportStreamOptions? options = null) => Writer = new TransportStreamWriter(options);

    public static EncodedFormat H264 => new("h264", MediaKind.Video);

    public static EncodedFormat Aac(int sampleRate = 48_000) => new("aac", MediaKind.Audio)
    {
        ParameterSets = new byte[] { (byte)((2 << 3) | ((sampleRate == 48_000 ? 3 : 4) >> 1)), (byte)(((sampleRate == 48_000 ? 3 : 4) << 7) | (2 << 3)) },
        Audio = new AudioFormat(SampleFormat.F32Planar, sampleRate, new ChannelLayout("stereo", 2)),
        FrameSize = 1024,
    };

    public TransportStreamWriter Writer { get; }

    public List<(int Offset, TransportStreamCut Cut)> Cuts { get; } = [];

    /// <summary>The line's time at the first packet; negative if it is before the line's zero.</summary>
    public ClockTime Origin { get; init; }

    public byte[] Bytes => _bytes.WrittenSpan.ToArray();

    public ParsedStream Parsed => ParsedStream.Parse(_bytes.WrittenSpan);

    /// <summary>
    /// Adds a stream of pictures in decoding order, which are shown two frames after that, with a key frame each <paramref name="group"/>
    /// frames.
    /// </summary>
    public TransportStreamTrack AddVideo(Rational rate, int bytesPerSecond, int group = 50)
    {
        TransportStreamTrack track = Writer.AddTrack(H264);
        var random = new Random(track.Pid);
        double mean = bytesPerSecond * rate.Inverse.ToDouble();
        _streams.Add(new BenchStream(track, n =>
        {
            bool isKey = n % group == 0;
            // A key frame has five times the size of an average other frame. The other frames have from half to one and a half of the
            // average.
            double size = mean * group / (group + 4) * (isKey ? 5 : 0.5 + random.NextDouble());
            MediaBuffer buffer = Picture(Math.Max(16, (int)size), isKey);
            buffer.Dts = Origin + ClockTime.FromUnits(n, rate.Inverse);
            buffer.Pts = Origin + ClockTime.FromUnits(n + 2, rate.Inverse);
            buffer.Duration = ClockTime.FromUnits(1, rate.Inverse);
            return buffer;
        }));
        return track;
    }

    /// <summary>Adds a stream of sound frames of varying size.</summary>
    public TransportStreamTrack AddSound(int bytesPerSecond, int sampleRate = 48_000, EncodedFormat? format = null)
    {
        TransportStreamTrack track = Writer.AddTrack(format ?? Aac(sampleRate));
        var random = new Random(track.Pid);
        int frameSize = track.Format.FrameSize;
        double mean = (double)bytesPerSecond * frameSize / sampleRate;
        var unit = new Rational(frameSize, sampleRate);
        _streams.Add(new BenchStream(track, n =>
        {
            MediaBuffer buffer = MediaBuffer.Create(HeapMemory.Create((int)(mean * (0.9 + (0.2 * random.NextDouble())))));
            buffer.Memory.WritablePlane(0).Fill((byte)n);
            buffer.Pts = Origin + ClockTime.FromUnits(n, unit);
            buffer.Duration = ClockTime.FromUnits(1, unit);
            buffer.Flags = BufferFlags.KeyFrame;
            return buffer;
        }));
        return track;
    }

    /// <summary>
    /// Makes an H.264 access unit of a given size as a byte stream: one slice, with parameter sets before it for a key frame.
    /// </summary>
    public static MediaBuffer Picture(int size, bool isKey)
    {
        MediaBuffer buffer = MediaBuffer.Create(HeapMemory.Create(size));
        Span<byte> data = buffer.Memory.WritablePlane(0);
        data.Fill(0xAA);
        ReadOnlySpan<byte> head = isKey ? [0, 0, 0, 1, 0x67, 1, 0, 0, 0, 1, 0x68, 1, 0, 0, 1, 0x65] : [0, 0, 0, 1, 0x41];
        head.CopyTo(data);
        buffer.Flags = isKey ? BufferFlags.KeyFrame : BufferFlags.None;
        return buffer;
    }

    /// <summary>
    /// Advances output time to a time from the origin, and feeds packets up to <paramref name="ahead"/> before they are due; none from
    /// <paramref name="starveAt"/> on.
    /// </summary>
    public void RunTo(ClockTime end, ClockTime? starveAt = null, ClockTime? granule = null, TransportStreamChunker? into = null)
    {
        ClockTime ahead = Writer.Options.Delay;
        ClockTime time = Writer.OutputTime.IsNone ? Origin - ahead : Writer.OutputTime;
        while (time < Origin + end)
        {
            time = Writer.OutputTime.IsNone ? time : ClockTime.Min(time + (granule ?? Granule), Origin + end);
            foreach (BenchStream stream in _streams)
            {
                while (stream.NextDts <= time + ahead + Granule && !(stream.NextDts >= Origin + starveAt.GetValueOrDefault(ClockTime.MaxValue)))
                {
                    stream.Feed(Writer);
                }
            }

            Writer.AdvanceTo(time, into ?? (ITransportStreamSink)this);
            into?.Flush(time);
        }
    }

    public void MarkCut(TransportStreamCut cut) => Cuts.Add((_bytes.WrittenCount, cut));

    public void Advance(int count) => _bytes.Advance(count);

    public Memory<byte> GetMemory(int sizeHint = 0) => _bytes.GetMemory(sizeHint);

    public Span<byte> GetSpan(int sizeHint = 0) => _bytes.GetSpan(sizeHint);

    public void Dispose()
    {
        Writer.Dispose();
        _streams.ForEach(stream => stream.Dispose());
    }

    private sealed class BenchStream(TransportStreamTrack track, Func<long, MediaBuffer> make) : IDisposable
    {
        private MediaBuffer _next = make(0);
        private long _count;

        public ClockTime NextDts => _next.DecodeOrder;

        public void Feed(TransportStreamWriter writer)
        {
            writer.Write(track, _next);
            _next = make(++_count);
        }

        public void Dispose() => _next.Release();
    }
}
