using RetroVue.Media.Clocks;
using RetroVue.Media.Time;

namespace RetroVue.Benchmarks.Rows;

/// <summary>Repeats work until the just-in-time compiler has done with it, as it has in a program that runs for long.</summary>
internal static class WarmUp
{
    /// <summary>
    /// Methods are compiled anew in the background, a tenth of a second after calls have become many, twice: with counters, and with what
    /// they have counted.
    /// </summary>
    private static readonly ClockTime s_time = ClockTime.FromSeconds(2);

    public static async Task RunAsync(Func<Task> work)
    {
        ClockTime end = SystemClock.Instance.Now + s_time;
        do
        {
            await work();
        }
        while (SystemClock.Instance.Now < end);
    }
}
