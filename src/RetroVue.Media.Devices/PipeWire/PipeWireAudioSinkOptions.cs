using RetroVue.Media.Formats;
using RetroVue.Media.Time;

namespace RetroVue.Media.Devices.PipeWire;

/// <summary>The options of a <see cref="PipeWireAudioSink"/>.</summary>
public sealed record PipeWireAudioSinkOptions : PipeWireOptions
{
    /// <summary>The format of the sink's input: F32, S16 or S32. PipeWire converts it for the node.</summary>
    public AudioFormat Format { get; init; } = new(SampleFormat.F32, 48_000, ChannelLayout.Stereo);

    /// <summary>How much sound is written ahead to the graph; the sink's queue holds the same amount. 20 ms to 10 s.</summary>
    public ClockTime Buffer { get; init; } = ClockTime.FromMilliseconds(100);

    /// <summary>The requested number of samples in a cycle of the graph; zero lets the graph choose.</summary>
    public int SamplesPerCycle { get; init; }
}
