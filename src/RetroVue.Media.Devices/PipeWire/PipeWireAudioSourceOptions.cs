using RetroVue.Media.Formats;

namespace RetroVue.Media.Devices.PipeWire;

/// <summary>The options of a <see cref="PipeWireAudioSource"/>. PipeWire converts the node's sound to the requested format.</summary>
public sealed record PipeWireAudioSourceOptions : PipeWireSourceOptions
{
    /// <summary>The accepted formats in the order of preference: F32, S16 and S32.</summary>
    public IReadOnlyList<SampleFormat> SampleFormats { get; init; } = [SampleFormat.F32];

    /// <summary>Samples per second.</summary>
    public int SampleRate { get; init; } = 48_000;

    /// <summary>The channels.</summary>
    public ChannelLayout Layout { get; init; } = ChannelLayout.Stereo;

    /// <summary>The requested number of samples in a buffer; the graph's cycles are powers of two. Zero lets the graph choose.</summary>
    public int SamplesPerBuffer { get; init; }
}
