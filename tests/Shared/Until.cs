using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace RetroVue.Tests;

/// <summary>Waits for threads, devices and other programs, which take their own time.</summary>
internal static class Until
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    /// <summary>Checks a condition every 20 ms until it is true.</summary>
    /// <param name="isSo">The condition.</param>
    /// <param name="otherwise">The message if the condition does not become true; null for the condition's own text.</param>
    /// <param name="limit">The longest time to wait; null for a minute, which passes only in a failure.</param>
    /// <param name="condition">The text of the condition.</param>
    public static async Task TrueAsync(
        Func<bool> isSo, string? otherwise = null, TimeSpan? limit = null, [CallerArgumentExpression(nameof(isSo))] string condition = "")
    {
        var watch = Stopwatch.StartNew();
        while (!isSo())
        {
            Assert.That(watch.Elapsed, Is.LessThan(limit ?? s_limit), otherwise ?? condition);
            await Task.Delay(20);
        }
    }
}
