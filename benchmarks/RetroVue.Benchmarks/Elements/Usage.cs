using RetroVue.Media.Time;

namespace RetroVue.Benchmarks.Elements;

/// <summary>What the process has used while a number of buffers came.</summary>
/// <param name="Cpu">Nanoseconds of CPU of all its threads, user and system.</param>
/// <param name="AllocatedBytes">Managed bytes that all its threads have allocated.</param>
/// <param name="Wall">How long the buffers took.</param>
/// <param name="BufferBytes">The length of the last of them.</param>
internal readonly record struct Usage(double Cpu, long AllocatedBytes, ClockTime Wall, int BufferBytes);
