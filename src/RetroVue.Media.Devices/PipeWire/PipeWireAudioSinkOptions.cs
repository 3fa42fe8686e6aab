using RetroVue.Media.Formats;
using RetroVue.Media.Time;

namespace RetroVue.Media.Devices.PipeWire;

/// <summary>Where and how a <see cref="PipeWireAudioSink"/> plays.</summary>
public sealed record PipeWireAudioSinkOptions : PipeWireOptions
{
    /// <summary>The format taken: F32, S16 or S32. PipeWire converts it to what the node wants.</summary>
    public AudioFormat Format { get; init; } = new(SampleFormat.F32, 48_000, ChannelLayout.Stereo);

    /// <summary>How much sound is written ahead to the graph; as much again is held in front of it. 20 ms to 10 s.</summary>
    public ClockTime Buffer { get; init; } = ClockTime.FromMilliseconds(100);

    /// <summary>Samples wished for in a cycle of the graph; its own choice if zero.</summary>
    public int SamplesPerCycle { get; init; }
}
