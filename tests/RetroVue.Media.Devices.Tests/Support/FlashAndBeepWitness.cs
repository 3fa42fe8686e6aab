using System.Runtime.InteropServices;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.Devices.Tests.Support;

/// <summary>Records the PTS at which a pipeline's camera sees a flash begin and its microphone hears a beep begin.</summary>
/// <remarks>A flash begins with a picture whose first byte is above half of the range, after one where it was not. A beep begins with a
/// sample above zero.</remarks>
internal sealed class FlashAndBeepWitness
{
    private readonly List<double> _flashes = [];
    private readonly List<double> _beeps = [];
    private bool _wasLit = true;
    private bool _wasLoud = true;

    /// <summary>The driver's numbers of the pictures in which a flash began.</summary>
    public List<long> FlashNumbers { get; } = [];

    /// <summary>Links the two sources to sinks that look at the buffers. The second source gives 32-bit samples.</summary>
    public void Attach(Pipeline pipeline, Element camera, Element microphone, AudioFormat sound)
    {
        pipeline.Link(camera, pipeline.Add(new CollectingSink("pictures", See)));
        pipeline.Link(microphone, pipeline.Add(new CollectingSink("sounds", buffer => Hear(buffer, sound))));
    }

    /// <summary>Returns the offsets between flashes and their beeps.</summary>
    public FlashAndBeepOffsets Offsets() => FlashAndBeepOffsets.Between(_flashes, _beeps);

    private void See(MediaBuffer picture)
    {
        bool isLit = picture.Memory.Plane(0)[0] > 127;
        if (isLit && !_wasLit)
        {
            _flashes.Add(picture.Pts.Nanoseconds / 1e9);
            FlashNumbers.Add(picture.Sequence);
        }

        _wasLit = isLit;
    }

    private void Hear(MediaBuffer buffer, AudioFormat sound)
    {
        ReadOnlySpan<int> samples = MemoryMarshal.Cast<byte, int>(buffer.Data);
        int channels = sound.Layout.Channels;
        for (int i = 0; i < samples.Length; i += channels)
        {
            bool isLoud = samples[i] > 0;
            if (isLoud && !_wasLoud)
            {
                _beeps.Add((buffer.Pts + sound.DurationOf(i / channels)).Nanoseconds / 1e9);
            }

            _wasLoud = isLoud;
        }
    }
}
