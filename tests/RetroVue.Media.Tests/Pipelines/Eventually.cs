using RetroVue.Media.Blocking;

namespace RetroVue.Media.Tests.Pipelines;

/// <summary>Waits in real time for what other threads do.</summary>
internal static class Eventually
{
    /// <summary>Waits until a condition holds; the limit is for a failure only.</summary>
    public static async Task HoldsAsync(Func<bool> condition)
    {
        using CancellationTokenSource limit = Watchdog.CancelAfter(TimeSpan.FromSeconds(60));
        while (!condition())
        {
            limit.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
