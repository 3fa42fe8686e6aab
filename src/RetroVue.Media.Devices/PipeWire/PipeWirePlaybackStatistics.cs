using RetroVue.Media.Time;

namespace RetroVue.Media.Devices.PipeWire;

/// <summary>What a <see cref="PipeWireAudioSink"/> has done since its pipeline started; counts are of samples of all channels.</summary>
/// <param name="Played">Given to the graph, inserted silence included.</param>
/// <param name="Silence">Inserted where the stream had a hole, or to meet its time.</param>
/// <param name="Dropped">Left out because they came too late, or overlapped what was there.</param>
/// <param name="Starved">Silence that the graph got because nothing was there, from the first sample on.</param>
/// <param name="Error">How far from its time the last buffer was heard; None before the first.</param>
/// <param name="Drift">How much faster than CLOCK_MONOTONIC the graph runs, in parts per million; NaN while not known.</param>
public readonly record struct PipeWirePlaybackStatistics(
    long Played,
    long Silence,
    long Dropped,
    long Starved,
    ClockTime Error,
    double Drift);
