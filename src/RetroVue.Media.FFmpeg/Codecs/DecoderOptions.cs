namespace RetroVue.Media.FFmpeg.Codecs;

/// <summary>The options of a <see cref="Decoder"/>.</summary>
public sealed record DecoderOptions
{
    /// <summary>
    /// The number of threads that decode; 1, the default, decodes on the pushing thread, 0 uses one per processor core. With more than 1,
    /// each thread delays the pictures by one.
    /// </summary>
    public int Threads { get; init; } = 1;
}
