using RetroVue.Media.Formats;

namespace RetroVue.Media.Devices.PipeWire;

/// <summary>Which sound a <see cref="PipeWireAudioSource"/> is to record. PipeWire converts what the node has to what is asked.</summary>
public sealed record PipeWireAudioSourceOptions : PipeWireSourceOptions
{
    /// <summary>The formats that are acceptable, the favourite first: F32, S16 and S32.</summary>
    public IReadOnlyList<SampleFormat> SampleFormats { get; init; } = [SampleFormat.F32];

    /// <summary>Samples a second.</summary>
    public int SampleRate { get; init; } = 48_000;

    /// <summary>The channels.</summary>
    public ChannelLayout Layout { get; init; } = ChannelLayout.Stereo;

    /// <summary>Samples wished for in a buffer; the graph runs in cycles of a power of two. Its own choice if zero.</summary>
    public int SamplesPerBuffer { get; init; }
}
