using System.Globalization;
using RetroVue.Media.FFmpeg.Native;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using RetroVue.Runtime.Channels;

namespace RetroVue.Runtime.Tests.Channels;

/// <summary>
/// A station runs in real time for half an hour, with viewers who come and go. At its end it holds no more than after five minutes.
/// </summary>
[Category("Soak")]
public sealed class StationSoakTests
{
    /// <summary>
    /// The bound of growth in kilobytes a minute, for managed and for native memory: a leak of one kilobyte a visit reaches it.
    /// </summary>
    internal const double MostHeapPerMinute = VisitsPerMinute;

    /// <summary>Four viewers come and go. On average a visit lasts 2.6 s, and the viewer is away for 1 s.</summary>
    internal const double VisitsPerMinute = 4 * 60 / 3.6;

    /// <summary>The variable that sets the minutes of the run, to try the test out; without it the run lasts thirty minutes.</summary>
    private const string MinutesVariable = "RETROVUE_SOAK_MINUTES";

    private static readonly ClockTime s_interval = ClockTime.FromSeconds(5);

    [Test]
    public async Task Station_with_viewers_coming_and_going_holds_no_more_at_the_end()
    {
        double minutes = double.Parse(Environment.GetEnvironmentVariable(MinutesVariable) ?? "30", CultureInfo.InvariantCulture);
        int samples = (int)(minutes * 60 / 5);
        List<Sample> seen = [];
        LiveStation live = await LiveStation.CreateAsync(ClockTime.FromSeconds(1));
        await using (live)
        {
            using var stop = new CancellationTokenSource();
            // Two channels are never off the air. The channel between them goes on and off the air with its viewers.
            Task[] viewers =
            [
                live.VisitAsync(live.Station.Channels[0], isHls: false, ClockTime.FromSeconds(86_400), stop.Token),
                live.VisitAsync(live.Station.Channels[2], isHls: true, ClockTime.FromSeconds(86_400), stop.Token),
                .. Enumerable.Range(0, 4).Select(seed => ComeAndGoAsync(live, new Random(seed), stop.Token)),
            ];
            for (int i = 0; i < samples; i++)
            {
                await live.WaitAsync(s_interval);
                seen.Add(new Sample((i + 1) * 5 / 60.0, Footprint.Take(), Footprint.Resident()));
                Assert.That(viewers.Where(viewer => viewer.IsCompleted), Is.Empty, "No viewer has ended.");
            }

            await stop.CancelAsync();
            await Task.WhenAll(viewers);
            Assert.That(live.Station.Channels.Select(channel => channel.ViewerCount), Is.All.Zero);
        }

        Assert.That(MediaBuffer.LiveCount, Is.Zero);
        Assert.That(FFmpegHandles.Live, Is.Zero);
        // In the first sixth (five minutes of thirty), pools, caches and compiled code reach their size.
        var settled = seen.Where(sample => sample.Minute > minutes / 6).ToList();
        foreach (Sample sample in seen)
        {
            await TestContext.Out.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"{sample.Minute:F2} min: {sample.Footprint}, resident {sample.Resident >> 10} kB"));
        }

        double heap = Trend.PerMinute(settled.Select(sample => (sample.Minute, sample.Footprint.Heap / 1024.0)));
        double native = Trend.PerMinute(settled.Select(sample => (sample.Minute, sample.Footprint.Native / 1024.0)));
        double resident = Trend.PerMinute(settled.Select(sample => (sample.Minute, sample.Resident / 1024.0)));
        double files = minutes * Trend.PerMinute(settled.Select(sample => (sample.Minute, (double)sample.Footprint.Files)));
        double threads = minutes * Trend.PerMinute(settled.Select(sample => (sample.Minute, (double)sample.Footprint.Threads)));
        double handles = minutes * Trend.PerMinute(settled.Select(sample => (sample.Minute, (double)sample.Footprint.Handles)));
        await TestContext.Out.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"{minutes} min: heap {heap:F1}, native {native:F1}, resident {resident:F1} kB/min; over the run files {files:F1}, threads {threads:F1}, handles {handles:F1}"));
        // Pools and segments take minutes to reach their size. So a shorter run, which only tries the test out, checks nothing but the
        // counts.
        if (minutes >= 10)
        {
            Assert.That(heap, Is.LessThan(MostHeapPerMinute), "heap, kB a minute");
            Assert.That(native, Is.LessThan(MostHeapPerMinute), "native memory, kB a minute");
            // The C library's allocator gives memory back late and in large pieces, so the bound is four times as large.
            Assert.That(resident, Is.LessThan(4 * MostHeapPerMinute), "resident, kB a minute");
        }

        // If one file in a hundred visits were left behind, the run would end with about twenty more.
        Assert.That(files, Is.LessThan(2), "open files");
        Assert.That(threads, Is.LessThan(4), "threads");
        // A decoder and an encoder that come and go with the items make thirty objects. This alone moves the trend of a run by about ten
        // (standard error). If one object in twenty visits were left behind, the run would end with about a hundred more. The check above
        // has shown that none is left at the end.
        Assert.That(handles, Is.LessThan(50), "objects of FFmpeg");
    }

    private static async Task ComeAndGoAsync(LiveStation live, Random random, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await live.VisitAsync(
                live.Station.Channels[random.Next(3)],
                random.Next(2) != 0,
                ClockTime.FromMilliseconds(random.Next(200, 5000)),
                CancellationToken.None);
            await live.WaitAsync(ClockTime.FromMilliseconds(random.Next(2000)), stop);
        }
    }

    private sealed record Sample(double Minute, Footprint Footprint, long Resident);
}
