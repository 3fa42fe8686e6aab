namespace RetroVue.Media.Formats;

/// <summary>Properties of <see cref="SampleFormat"/> values.</summary>
public static class SampleFormats
{
    /// <summary>Returns the bytes of one sample of one channel; zero for <see cref="SampleFormat.Unknown"/>.</summary>
    public static int BytesPerSample(this SampleFormat format) => format switch
    {
        SampleFormat.U8 => 1,
        SampleFormat.S16 or SampleFormat.S16Planar => 2,
        SampleFormat.S32 or SampleFormat.S32Planar or SampleFormat.F32 or SampleFormat.F32Planar => 4,
        _ => 0,
    };

    /// <summary>True if each channel has a plane of its own.</summary>
    public static bool IsPlanar(this SampleFormat format) =>
        format is SampleFormat.S16Planar or SampleFormat.S32Planar or SampleFormat.F32Planar;
}
