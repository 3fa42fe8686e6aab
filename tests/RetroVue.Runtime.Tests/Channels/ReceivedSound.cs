using System.Runtime.InteropServices;
using RetroVue.Media.Elements.TestSources;
using RetroVue.Media.FFmpeg.Codecs;
using RetroVue.Media.FFmpeg.Containers;
using RetroVue.Media.FFmpeg.Conversion;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Runtime.Tests.Channels;

/// <summary>The sound of a recorded transport stream, as a viewer hears it. All times are on the stream's own time line.</summary>
internal sealed class ReceivedSound : Element
{
    private const int Rate = 48_000;

    private readonly List<float> _samples = [];
    private ClockTime _first = ClockTime.None;
    private long _decoded;

    private ReceivedSound()
        : base("heard") => AddInput();

    /// <summary>When the sound begins, and when it ends.</summary>
    public (ClockTime From, ClockTime To) Span => (_first, _first + ClockTime.FromUnits(_samples.Count, new Rational(1, Rate)));

    /// <summary>The length of the holes in the sound; negative if packets overlap.</summary>
    public ClockTime Holes => ClockTime.FromUnits(_samples.Count - _decoded, new Rational(1, Rate));

    /// <summary>The time at which each beep begins.</summary>
    public IReadOnlyList<ClockTime> Beeps =>
    [
        .. ToneBeeps.FindOnsets(CollectionsMarshal.AsSpan(_samples), Rate)
            .Select(onset => _first + ClockTime.FromUnits(onset, new Rational(1, Rate))),
    ];

    public static async Task<IReadOnlyList<ClockTime>> BeepsAsync(string path) => (await ReadAsync(path)).Beeps;

    public static async Task<ReceivedSound> ReadAsync(string path)
    {
        await using var pipeline = new Pipeline();
        FileDemuxer demuxer = pipeline.Add(new FileDemuxer("file", path, new FileDemuxerOptions { Video = false }));
        demuxer.Open();
        Decoder decoder = pipeline.Add(new Decoder("decoder"));
        AudioConverter converter = pipeline.Add(new AudioConverter("mono", new AudioFormat(SampleFormat.F32Planar, Rate, ChannelLayout.Mono)));
        ReceivedSound heard = pipeline.Add(new ReceivedSound());
        pipeline.Link(demuxer.AudioOutput!, decoder.Inputs[0]);
        pipeline.Link(decoder, converter, heard);
        await pipeline.RunAsync();
        return heard;
    }

    /// <summary>Returns the highest absolute sample before a time; full scale is 1.</summary>
    public float PeakBefore(ClockTime end) => _samples.Take((int)(end - _first).ToUnits(new Rational(1, Rate))).Max(Math.Abs);

    protected override void OnBuffer(InputPad input, MediaBuffer buffer)
    {
        _first = _first.IsNone ? buffer.Pts : _first;
        // Samples are put at the time of their time stamp, so that a hole or an overlap becomes audible.
        int at = (int)(buffer.Pts - _first).ToUnits(new Rational(1, Rate));
        ReadOnlySpan<float> samples = MemoryMarshal.Cast<byte, float>(buffer.Data);
        _decoded += samples.Length;
        CollectionsMarshal.SetCount(_samples, Math.Max(_samples.Count, at + samples.Length));
        samples.CopyTo(CollectionsMarshal.AsSpan(_samples)[at..]);
        buffer.Release();
    }
}
