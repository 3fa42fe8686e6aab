using System.Diagnostics;

namespace RetroVue.Media.Devices.Tests.Support;

/// <summary>Waits for what real devices and daemons do in their own time.</summary>
internal static class Until
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(15);

    /// <summary>Waits until it is so; fails where that takes longer than the limit, of 15 s where none is given.</summary>
    public static async Task TrueAsync(Func<bool> isSo, TimeSpan? limit = null)
    {
        var watch = Stopwatch.StartNew();
        while (!isSo())
        {
            Assert.That(watch.Elapsed, Is.LessThan(limit ?? s_limit));
            await Task.Delay(20);
        }
    }
}
