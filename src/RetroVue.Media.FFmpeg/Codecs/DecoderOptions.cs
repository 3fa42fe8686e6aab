namespace RetroVue.Media.FFmpeg.Codecs;

/// <summary>How a <see cref="Decoder"/> works.</summary>
public sealed record DecoderOptions
{
    /// <summary>
    /// Threads that decode besides the one that pushes; 1 decodes on that thread itself, 0 takes as many as there are cores. With more
    /// than 1 each thread delays the pictures by one. 1 unless told.
    /// </summary>
    public int Threads { get; init; } = 1;
}
