using RetroVue.Media.FFmpeg.Formats;
using RetroVue.Media.FFmpeg.Frames;
using RetroVue.Media.FFmpeg.Interop;
using RetroVue.Media.FFmpeg.Timing;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.FFmpeg.Conversion;

/// <summary>Converts sound to one sample format, rate and channel layout.</summary>
/// <remarks>
/// Each sample keeps its time: the n-th output sample is at the time of the first input sample plus n / output rate, so rounding does not
/// accumulate. Input times within 4 ms of the count are jitter. If they deviate further, the resampler is drained, and the count starts
/// again with a buffer marked <see cref="BufferFlags.Discontinuity"/>. Mixing to fewer channels stays within full scale; mono keeps its
/// level on both sides of stereo. Sound that already has the wanted format is passed on unchanged. It works on the pushing thread.
/// </remarks>
public sealed unsafe class AudioConverter : Element
{
    private readonly AudioFormat _wanted;
    private readonly OutputPad _output;
    private readonly FramePool _pool = new();
    private readonly HeaderTrail _trail = new();
    private Resampler? _resampler;
    private AVSampleFormat _declaredSamples;
    private AVSampleFormat _inputSamples;
    private AudioFormat? _input;
    private SampleLine _inputLine;
    private SampleLine _outputLine;
    private BufferFlags _flags;
    private long _silenced;

    /// <summary>Makes a converter.</summary>
    /// <exception cref="ArgumentException">The wanted format is incomplete.</exception>
    public AudioConverter(string name, AudioFormat wanted)
        : base(name)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        if (wanted.SampleFormat == SampleFormat.Unknown || wanted.SampleRate <= 0 || wanted.Layout.Channels <= 0)
        {
            throw new ArgumentException($"Sound cannot be converted to {wanted}.", nameof(wanted));
        }

        _wanted = wanted;
        _outputLine = new SampleLine(wanted.SampleRate);
        AddInput();
        _output = AddOutput();
    }

    /// <summary>
    /// The number of floating point samples that were replaced by silence because they were not numbers, infinite, or 120 dB above full
    /// scale, so that they do not spread; counted per channel. Unchanged sound is not checked.
    /// </summary>
    public long SilencedSamples => Volatile.Read(ref _silenced);

    /// <inheritdoc/>
    protected override bool Accepts(InputPad input, MediaFormat format) => format is AudioFormat { SampleRate: > 0 };

    /// <inheritdoc/>
    /// <exception cref="FFmpegException">libswresample cannot convert the input's format.</exception>
    protected override void OnEvent(InputPad input, MediaEvent mediaEvent)
    {
        if (mediaEvent is FormatChanged changed)
        {
            Drain();
            ForgetResampler();
            _input = (AudioFormat)changed.Format;
            _declaredSamples = FormatNames.ToNative(_input.SampleFormat);
            _inputLine = new SampleLine(_input.SampleRate);
            if (!_wanted.Equals(_output.Format))
            {
                _output.Push(new FormatChanged(_wanted));
            }

            return;
        }

        // A gap must not overtake samples in the resampler.
        if (mediaEvent is Segment or EndOfStream or Gap)
        {
            Drain();
        }

        Forward(mediaEvent);
    }

    /// <inheritdoc/>
    protected override void OnBuffer(InputPad input, MediaBuffer buffer)
    {
        if (_input is null || _input.Equals(_wanted))
        {
            _output.Push(buffer);
            return;
        }

        try
        {
            buffer = WithoutBadSamples(buffer);
            Convert(_input, buffer);
        }
        finally
        {
            buffer.Release();
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        ForgetResampler();
        _pool.Dispose();
        base.Dispose(disposing);
    }

    private MediaBuffer WithoutBadSamples(MediaBuffer buffer)
    {
        var format = (buffer.Memory as FrameMemory)?.Frame is var frame && frame is not null ? (AVSampleFormat)frame->format : _declaredSamples;
        bool isBad = false;
        for (int i = 0; FiniteSound.IsFloat(format) && !isBad && i < buffer.Memory.PlaneCount; i++)
        {
            isBad = FiniteSound.HasBad(buffer.Memory.Plane(i), format);
        }

        if (isBad)
        {
            buffer = buffer.MakeMemoryWritable();
            for (int i = 0; i < buffer.Memory.PlaneCount; i++)
            {
                _silenced += FiniteSound.Silence(buffer.Memory.WritablePlane(i), format);
            }
        }

        return buffer;
    }

    private void Convert(AudioFormat input, MediaBuffer buffer)
    {
        var frame = (buffer.Memory as FrameMemory)?.Frame;
        var format = frame is null ? _declaredSamples : (AVSampleFormat)frame->format;
        if (_resampler is null || format != _inputSamples)
        {
            Drain();
            ForgetResampler();
            _resampler = new Resampler(format, input, _wanted);
            _inputSamples = format;
        }

        bool isJump = _inputLine.Deviation(buffer.Pts).Abs() > SampleLine.Tolerance;
        if (isJump)
        {
            Drain();
        }

        if (!_inputLine.IsSet)
        {
            var anchor = buffer.Pts.IsNone ? ClockTime.Zero : buffer.Pts;
            _inputLine.Restart(anchor);
            _outputLine.Restart(anchor);
        }

        _trail.Add(buffer);
        _flags |= (buffer.Flags & ~BufferFlags.EstimatedTime) | (isJump ? BufferFlags.Discontinuity : BufferFlags.None);
        int samples = frame is null ? SoundMemory.Samples(buffer.Memory, input) : frame->nb_samples;
        _inputLine.Advance(samples);
        var memory = _pool.Rent();
        Emit(memory, _resampler.Convert(buffer.Memory, samples, memory.Frame));
    }

    private void Drain()
    {
        if (_resampler is not { } resampler || !_inputLine.IsSet)
        {
            return;
        }

        // Only to the end of the input: the filter's tail is longer.
        long left = _outputLine.SamplesIn(_inputLine.Next - _outputLine.Next);
        while (left > 0)
        {
            var memory = _pool.Rent();
            int made = resampler.Drain(memory.Frame);
            if (made > left)
            {
                memory.Cut(0, made - (int)left);
            }

            Emit(memory, made);
            left = made == 0 ? 0 : left - made;
        }

        _inputLine.Restart(ClockTime.None);
        resampler.Restart();
    }

    private void Emit(FrameMemory memory, int samples)
    {
        if (samples == 0)
        {
            memory.Release();
            return;
        }

        samples = memory.Samples;
        var buffer = MediaBuffer.Create(memory);
        buffer.Pts = _outputLine.Next;
        buffer.Duration = _outputLine.After(samples) - buffer.Pts;
        buffer.Flags = _flags;
        _trail.MarkStretch(buffer);
        _flags = BufferFlags.None;
        _outputLine.Advance(samples);
        _output.Push(buffer);
    }

    private void ForgetResampler()
    {
        _resampler?.Dispose();
        _resampler = null;
    }
}
