using System.Runtime.InteropServices;
using RetroVue.Media.Elements.TestSources;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Testing;
using RetroVue.Media.Time;

namespace RetroVue.Media.FFmpeg.Tests.Support;

/// <summary>The output of a chain of elements that has run to its end. It owns the buffers.</summary>
internal sealed class Recording(Recorder recorder) : IDisposable
{
    public IReadOnlyList<MediaBuffer> Buffers => recorder.Buffers;

    public IReadOnlyList<object> All => recorder.All;

    public MediaFormat Format => recorder.Format;

    public IEnumerable<MediaFormat> Formats => recorder.Formats;

    public IEnumerable<ClockTime> Pts => Buffers.Select(buffer => buffer.Pts);

    /// <summary>Runs a chain on one thread to its end and keeps its output.</summary>
    public static Recording Of(params Element[] chain)
    {
        var recorder = new Recorder();
        var recording = new Recording(recorder);
        try
        {
            Run([.. chain, recorder]);
        }
        catch
        {
            recording.Dispose();
            throw;
        }

        return recording;
    }

    /// <summary>Runs a chain on one thread to its end.</summary>
    public static void Run(params Element[] chain)
    {
        var executor = new SimulatedExecutor();
        var pipeline = new Pipeline(new PipelineOptions { Executor = executor });
        try
        {
            foreach (var element in chain)
            {
                pipeline.Add(element);
            }

            for (int i = 1; i < chain.Length; i++)
            {
                pipeline.Link(chain[i - 1], chain[i]);
            }

            executor.RunUntilCompleted(pipeline.RunAsync(), ClockTime.FromSeconds(1));
        }
        finally
        {
            executor.RunUntilCompleted(pipeline.DisposeAsync().AsTask(), ClockTime.FromSeconds(2));
        }
    }

    /// <summary>Returns the events and buffers as a script. The buffers are shared with this recording.</summary>
    public IEnumerable<object> Script(Segment? instead = null)
    {
        foreach (object item in All)
        {
            if (item is MediaBuffer buffer)
            {
                yield return buffer.Retain();
            }
            else if (item is Segment && instead is not null)
            {
                yield return instead;
            }
            else if (item is not EndOfStream)
            {
                yield return item;
            }
        }
    }

    /// <summary>Returns the number in a picture of a test source; −1 if it cannot be read.</summary>
    public static long NumberIn(MediaBuffer buffer, VideoFormat format) =>
        FrameBlocks.TryRead(buffer.Memory.Plane(0), buffer.Memory.Stride(0), format.Width, format.Height, out long number) ? number : -1;

    /// <summary>The numbers of all pictures.</summary>
    public long[] Numbers() => [.. Buffers.Select(buffer => NumberIn(buffer, (VideoFormat)Format))];

    /// <summary>Returns the first channel of all sound, F32 or F32Planar, in the order in which it came.</summary>
    public float[] Samples()
    {
        var format = (AudioFormat)Format;
        int step = format.SampleFormat.IsPlanar() ? 1 : format.Layout.Channels;
        var samples = new List<float>();
        foreach (var buffer in Buffers)
        {
            var plane = MemoryMarshal.Cast<byte, float>(buffer.Data);
            for (int i = 0; i < plane.Length; i += step)
            {
                samples.Add(plane[i]);
            }
        }

        return [.. samples];
    }

    /// <summary>Returns where beeps begin, by the buffers' PTS, in samples from zero.</summary>
    public long[] BeepSamples()
    {
        var format = (AudioFormat)Format;
        long first = Buffers[0].Pts.ToUnits(new Rational(1, format.SampleRate));
        return [.. ToneBeeps.FindOnsets(Samples(), format.SampleRate).Select(onset => first + onset)];
    }

    public void Dispose()
    {
        foreach (var buffer in recorder.Buffers)
        {
            buffer.Release();
        }

        recorder.Buffers.Clear();
        recorder.All.Clear();
    }
}
