using BenchmarkDotNet.Attributes;
using RetroVue.Media.Time;

namespace RetroVue.Benchmarks.Micro;

/// <summary>The cost of conversions between media time and the ticks of containers.</summary>
public class ClockTimeBenchmarks
{
    private readonly Rational _stamp = new(1, 90_000);
    private readonly Rational _ntsc = new(1001, 30_000);
    private readonly long _units = 123_456_789;
    private readonly ClockTime _time = ClockTime.FromMilliseconds(1_234_567);

    [Benchmark]
    public ClockTime FromStamp() => ClockTime.FromUnits(_units, _stamp);

    [Benchmark]
    public long ToStamp() => _time.ToUnits(_stamp);

    [Benchmark]
    public ClockTime FromNtscFrame() => ClockTime.FromUnits(_units, _ntsc);

    [Benchmark]
    public ClockTime Add() => _time + _time;
}
