using System.Diagnostics.CodeAnalysis;
using BenchmarkDotNet.Attributes;
using RetroVue.Media.Elements.MpegTs;
using RetroVue.Media.Formats;
using RetroVue.Media.Memory;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Benchmarks.Micro;

/// <summary>The cost of writing one picture into a transport stream.</summary>
[MemoryDiagnoser]
[SuppressMessage("Design", "CA1001", Justification = "The clean-up disposes; BenchmarkDotNet calls it.")]
public class TransportStreamBenchmarks
{
    private static readonly Rational s_frame = new(1, 25);

    private TransportStreamWriter _writer = null!;
    private TransportStreamTrack _track = null!;
    private TransportStreamChunker _chunker = null!;
    private MediaMemory _memory = null!;
    private long _frames;

    /// <summary>The size of each picture in bytes; there are 25 pictures per second.</summary>
    [Params(1_000, 30_000)]
    public int PictureBytes { get; set; }

    [GlobalSetup]
    public void Start()
    {
        _writer = new TransportStreamWriter();
        _track = _writer.AddTrack(new EncodedFormat("mpeg2video", MediaKind.Video));
        _chunker = new TransportStreamChunker(chunk => chunk.Buffer.Release());
        _memory = HeapMemory.Copy(new byte[PictureBytes]);
        _frames = 100;
    }

    [GlobalCleanup]
    public void Stop()
    {
        _writer.Dispose();
        _chunker.Dispose();
        _memory.Release();
    }

    [Benchmark]
    public void WritePicture()
    {
        MediaBuffer picture = MediaBuffer.Create(_memory.Retain());
        picture.Pts = ClockTime.FromUnits(_frames++, s_frame);
        picture.Duration = ClockTime.FromMilliseconds(40);
        picture.Flags = _frames % 50 == 0 ? BufferFlags.KeyFrame : BufferFlags.None;
        _writer.Write(_track, picture);
        ClockTime time = picture.Pts - _writer.Options.Delay;
        _writer.AdvanceTo(time, _chunker);
        _chunker.Flush(time);
    }
}
