using System.Runtime;
using RetroVue.Media.Clocks;
using RetroVue.Media.Time;

namespace RetroVue.Benchmarks.Rows;

/// <summary>Repeats work until the just-in-time compiler has finished with it, as in a program that has run for a long time.</summary>
/// <remarks>
/// Methods that are called often are compiled again in the background, twice: first with counters, then with the results of the counters.
/// The warm-up ends when nothing has been compiled for a second, or for four on a machine with one processor.
/// </remarks>
internal static class WarmUp
{
    // With one processor, the runtime delays recompilation by a second each time; otherwise by a tenth of a second.
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
