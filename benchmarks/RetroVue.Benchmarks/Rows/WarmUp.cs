using System.Runtime;
using RetroVue.Media.Clocks;
using RetroVue.Media.Time;

namespace RetroVue.Benchmarks.Rows;

/// <summary>Repeats work until the just-in-time compiler has done with it, as it has in a program that runs for long.</summary>
/// <remarks>
/// Methods that are called often are compiled anew in the background, twice: with counters, and with what they have counted. Over is that
/// when for a second nothing has been compiled.
/// </remarks>
internal static class WarmUp
{
    // With one processor the runtime puts compiling anew off for a second at a time, else for a tenth.
    private static readonly ClockTime s_quiet = ClockTime.FromSeconds(Environment.ProcessorCount == 1 ? 4 : 1);
    private static readonly ClockTime s_longest = ClockTime.FromSeconds(60);

    public static async Task RunAsync(Func<Task> work)
    {
        ClockTime start = SystemClock.Instance.Now;
        ClockTime lastCompiled = start;
        long compiled = -1;
        for (ClockTime now = start; now - lastCompiled < s_quiet && now - start < s_longest; now = SystemClock.Instance.Now)
        {
            await work();
            if (JitInfo.GetCompiledMethodCount() != compiled)
            {
                compiled = JitInfo.GetCompiledMethodCount();
                lastCompiled = SystemClock.Instance.Now;
            }
        }
    }
}
