using System.Runtime.InteropServices;
using RetroVue.Media.Formats;
using RetroVue.Media.Memory;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.Elements.TestSources;

/// <summary>
/// A soft tone of 440 Hz. Each whole second begins, to the sample, with 50 ms of a loud tone of 1000 Hz, which <see cref="ToneBeeps"/>
/// finds.
/// </summary>
/// <remarks>
/// The buffer that begins with sample n has the PTS <c>ClockTime.FromUnits(n, 1/rate)</c>, exact for any n; its sequence counts buffers.
/// Every second sounds the same, so one second is computed once and copied; after the first few buffers nothing is allocated.
/// </remarks>
public sealed class TestToneSource : Element
{
    /// <summary>The peak of the soft tone; full scale is 1.</summary>
    public const double ToneLevel = 0.1;

    /// <summary>The peak of the beep, which its first sample has; full scale is 1.</summary>
    public const double BeepLevel = 0.5;

    private const int ToneFrequency = 440;
    private const int BeepFrequency = 1000;
    private const int BeepsPerSecondLength = 20;
    private const int MaxChannels = 8;

    private readonly TestToneOptions _options;
    private readonly OutputPad _output;
    private readonly StepTask _task;
    private readonly byte[] _second;
    private readonly int _bytesPerSample;
    private readonly int _planes;
    private readonly long _end;
    private long _next;
    private long _sequence;
    private volatile bool _isEnding;

    /// <summary>Makes a source.</summary>
    /// <param name="name">The element's name.</param>
    /// <param name="options">The sound; null for endless 48 kHz stereo as F32Planar.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public TestToneSource(string name, TestToneOptions? options = null)
        : base(name)
    {
        _options = options ?? new TestToneOptions();
        if (_options.SampleFormat is not (SampleFormat.F32 or SampleFormat.F32Planar or SampleFormat.S16 or SampleFormat.S16Planar)
            || _options.SampleRate is < 8000 or > 192_000 || _options.Layout.Channels is < 1 or > MaxChannels
            || _options.SamplesPerBuffer < 1 || _options.StartSample < 0 || _options.Duration < ClockTime.Zero)
        {
            throw new ArgumentException("A test tone has to be F32 or S16, with 8 to 192 kHz and up to 8 channels; counts must not be negative.", nameof(options));
        }

        Format = new AudioFormat(_options.SampleFormat, _options.SampleRate, _options.Layout);
        bool isPlanar = Format.SampleFormat.IsPlanar();
        _planes = isPlanar ? Format.Layout.Channels : 1;
        _bytesPerSample = Format.BytesPerFrame / _planes;
        _second = ComputeSecond(Format, isPlanar ? 1 : Format.Layout.Channels);
        _next = _options.StartSample;
        _end = _options.Duration.IsNone ? long.MaxValue : checked(_next + _options.Duration.ToUnits(TimeBase));
        _output = AddOutput();
        _task = AddTask(Produce, _options.Placement);
    }

    /// <summary>The format of the sound.</summary>
    public AudioFormat Format { get; }

    /// <summary>One buffer: its first sample waits for its last.</summary>
    public override ElementLatency Latency => _options.IsLive
        ? new(Format.DurationOf(_options.SamplesPerBuffer), ClockTime.None, true)
        : ElementLatency.None;

    private Rational TimeBase => new(1, _options.SampleRate);

    /// <inheritdoc/>
    protected internal override void Prepare()
    {
        _output.Push(new FormatChanged(Format));
        _output.Push(new Segment(PtsOf(_options.StartSample), ClockTime.None, ClockTime.Zero));
    }

    /// <inheritdoc/>
    protected internal override void EndStream()
    {
        _isEnding = true;
        _task.Wake();
    }

    /// <inheritdoc/>
    protected internal override void OnBuffer(InputPad input, MediaBuffer buffer) => throw new NotSupportedException("A source has no input.");

    private static byte[] ComputeSecond(AudioFormat format, int channels)
    {
        bool isFloat = format.SampleFormat is SampleFormat.F32 or SampleFormat.F32Planar;
        byte[] bytes = new byte[format.SampleRate * channels * format.SampleFormat.BytesPerSample()];
        Span<float> floats = MemoryMarshal.Cast<byte, float>(bytes.AsSpan());
        Span<short> shorts = MemoryMarshal.Cast<byte, short>(bytes.AsSpan());
        for (int i = 0; i < format.SampleRate * channels; i++)
        {
            double value = Sample(i / channels, format.SampleRate);
            if (isFloat)
            {
                floats[i] = (float)value;
            }
            else
            {
                shorts[i] = (short)Math.Round(value * short.MaxValue);
            }
        }

        return bytes;
    }

    /// <summary>Returns a sample; the beep is a cosine, so that its first sample has the peak.</summary>
    private static double Sample(int index, int rate) => index < rate / BeepsPerSecondLength
        ? BeepLevel * Math.Cos(Math.Tau * BeepFrequency * index / rate)
        : ToneLevel * Math.Sin(Math.Tau * ToneFrequency * index / rate);

    private ClockTime PtsOf(long sample) => ClockTime.FromUnits(sample, TimeBase);

    private StepResult Produce()
    {
        if (_next == _end || _isEnding)
        {
            _output.Push(EndOfStream.Instance);
            return StepResult.Finished;
        }

        int count = (int)Math.Min(_options.SamplesPerBuffer, _end - _next);
        ClockTime pts = PtsOf(_next);
        ClockTime end = PtsOf(_next + count);
        if (_options.IsLive)
        {
            ClockTime due = Pipeline.BaseTime + end - PtsOf(_options.StartSample);
            if (Pipeline.Clock.Now < due)
            {
                return StepResult.At(Pipeline.Clock, due);
            }
        }

        MediaBuffer buffer = MediaBuffer.Create(Fill(count));
        buffer.Pts = pts;
        buffer.Duration = end - pts;
        buffer.Sequence = _sequence++;
        buffer.Flags = BufferFlags.KeyFrame;
        _next += count;
        _output.Push(buffer);
        return StepResult.Again;
    }

    private HeapMemory Fill(int count)
    {
        int length = count * _bytesPerSample;
        Span<(int Length, int Stride)> planes = stackalloc (int, int)[MaxChannels];
        planes.Fill((length, length));
        HeapMemory memory = HeapMemory.Create(planes[.._planes]);
        Span<byte> first = memory.WritablePlane(0);
        int from = (int)(_next % _options.SampleRate) * _bytesPerSample;
        for (int done = 0; done < length;)
        {
            int part = Math.Min(length - done, _second.Length - from);
            _second.AsSpan(from, part).CopyTo(first[done..]);
            done += part;
            from = 0;
        }

        for (int i = 1; i < _planes; i++)
        {
            first.CopyTo(memory.WritablePlane(i));
        }

        return memory;
    }
}
