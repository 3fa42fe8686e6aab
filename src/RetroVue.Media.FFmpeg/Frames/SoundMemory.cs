using RetroVue.Media.Formats;
using RetroVue.Media.Memory;

namespace RetroVue.Media.FFmpeg.Frames;

/// <summary>Properties of sound in any memory.</summary>
internal static class SoundMemory
{
    /// <summary>Returns the number of samples per channel in memory of a format.</summary>
    /// <exception cref="InvalidDataException">Planes are missing or of different lengths.</exception>
    public static int Samples(MediaMemory memory, AudioFormat format)
    {
        bool isPlanar = format.SampleFormat.IsPlanar();
        int planes = isPlanar ? format.Layout.Channels : 1;
        int bytes = memory.Plane(0).Length;
        for (int i = 1; i < planes; i++)
        {
            if (i >= memory.PlaneCount || memory.Plane(i).Length != bytes)
            {
                throw new InvalidDataException($"Sound of {format} has no plane {i}, or its length differs from the first plane's.");
            }
        }

        return bytes / (isPlanar ? format.SampleFormat.BytesPerSample() : format.BytesPerFrame);
    }
}
