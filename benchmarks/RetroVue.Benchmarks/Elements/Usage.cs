using RetroVue.Media.Time;

namespace RetroVue.Benchmarks.Elements;

/// <summary>The resources that the process used while a number of buffers arrived.</summary>
/// <param name="Cpu">CPU time of all its threads, user and system, in nanoseconds.</param>
/// <param name="AllocatedBytes">Managed bytes that all its threads allocated.</param>
/// <param name="Wall">The time that the buffers took.</param>
/// <param name="BufferBytes">The length of the last buffer.</param>
internal readonly record struct Usage(double Cpu, long AllocatedBytes, ClockTime Wall, int BufferBytes);
