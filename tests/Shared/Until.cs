using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace RetroVue.Tests;

/// <summary>Waits for what threads, devices and other programs do in their own time.</summary>
internal static class Until
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    /// <summary>Looks every 20 ms until something is so.</summary>
    /// <param name="isSo">Whether it is so.</param>
    /// <param name="otherwise">What is wrong if it does not come about; null: the condition's own text says it.</param>
    /// <param name="limit">How long it may take; null: a minute, which only a failure takes.</param>
    /// <param name="condition">The condition's text.</param>
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
