using System.Globalization;
using Microsoft.Playwright;
using RetroVue.Media.Clocks;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using RetroVue.Runtime.Schedules;
using SystemClock = RetroVue.Media.Clocks.SystemClock;

namespace RetroVue.Runtime.AspNetCore.Tests.Players;

/// <summary>
/// Real players watch three channels of a real server for a minute, at the same time and in real time: two copied channels and a
/// transcoded one. Items last 20 s, so each player sees at least two boundaries.
/// </summary>
public sealed class ChannelPlayTests
{
    private static readonly string[] s_channels = ["first", "second", "mixed"];
    private static readonly ClockTime s_time = ClockTime.FromSeconds(60);
    private static readonly ClockTime s_settling = ClockTime.FromSeconds(4);
    private static readonly ClockTime s_interval = ClockTime.FromSeconds(2);

    private TestStation _station = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        string[] alike = [TestMedia.Alike("testsrc"), TestMedia.Alike("testsrc2")];
        _station = await TestStation.StartAsync(
            TestStation.Channel(s_channels[0], "First", ChannelProfile.Copy, alike[0], alike[1]),
            TestStation.Channel(s_channels[1], "Second", ChannelProfile.Copy, alike[1], alike[0]),
            TestStation.Channel(
                s_channels[2],
                "Mixed",
                ChannelProfile.Transcode(320, 180, new Rational(25, 1)),
                TestMedia.Unlike("320x240", "24", 44_100, 1),
                TestMedia.Unlike("426x240", "30000/1001", 48_000, 2)));
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await _station.DisposeAsync();

    [Test]
    public async Task Mpv_plays_each_channel_for_a_minute_in_step_with_time_and_without_a_warning()
    {
        Task[] players = [.. s_channels.Select(WatchWithMpvAsync)];
        await Task.WhenAll(players);
    }

    [Test]
    public async Task Chromium_plays_each_channel_for_a_minute_in_step_with_time_and_without_an_error()
    {
        await using Browser browser = await Browser.StartAsync();
        Task[] pages = [.. s_channels.Select(channel => WatchWithChromiumAsync(browser, channel))];
        await Task.WhenAll(pages);
        Assert.That(browser.Errors, Is.Empty);
    }

    private async Task WatchWithMpvAsync(string channel)
    {
        await using Mpv mpv = await Mpv.PlayAsync(new Uri(_station.Http.BaseAddress!, $"/channels/{channel}/live.ts"));
        await WaitAsync(s_interval);
        ClockTime start = SystemClock.Instance.Now;
        double firstPosition = (await mpv.NumberAsync("time-pos"))!.Value, firstSound = (await mpv.NumberAsync("audio-pts"))!.Value;
        int silent = 0;
        List<double> apart = [];
        for (ClockTime passed = ClockTime.Zero; passed < s_time;)
        {
            await WaitAsync(s_interval);
            double? position = await mpv.NumberAsync("time-pos"), sound = await mpv.NumberAsync("audio-pts");
            passed = SystemClock.Instance.Now - start;
            double seconds = passed.Nanoseconds / 1e9;
            string at = string.Create(CultureInfo.InvariantCulture, $"{channel}, {seconds:F1} s");
            // time-pos is the position of the picture on display. Half a second is allowed because the machine is busy with three players.
            // A player that had to wait for data once would be further behind.
            Assert.That(position - firstPosition, Is.EqualTo(seconds).Within(0.5), $"picture's position, {at}");
            Assert.That(sound - firstSound, Is.EqualTo(seconds).Within(0.5), $"sound's position, {at}");
            apart.Add((await mpv.NumberAsync("avsync"))!.Value);
            Assert.That(await mpv.MeasureAsync("vf", "moved", "lavfi.scd.mafd"), Is.GreaterThan(0), $"difference of two test pictures, {at}");
            silent += await mpv.MeasureAsync("af", "level", "lavfi.astats.Overall.RMS_level") > -40 ? 0 : 1;
        }

        // The picture and the sound may be apart by one frame of sound. The median counts, because mpv is late for a moment if the machine
        // is busy.
        apart.Sort();
        Assert.That(apart[apart.Count / 2], Is.EqualTo(0).Within(1024 / 48_000.0), $"sound against picture, {channel}");
        // A sine at an eighth of full scale has -21 dB. A frame is silent only at the boundary of two items, and one look may be at that
        // time.
        Assert.That(silent, Is.LessThanOrEqualTo(1), $"looks at silence, {channel}");

        Assert.That(await mpv.NumberAsync("video-out-params/w"), Is.EqualTo(320), channel);
        Assert.That(await mpv.NumberAsync("decoder-frame-drop-count"), Is.Zero, channel);
        Assert.That(await mpv.QuitAsync(), Is.Empty, channel);
    }

    private async Task WatchWithChromiumAsync(Browser browser, string channel)
    {
        IPage page = await browser.OpenAsync();
        await page.GotoAsync(new Uri(_station.Http.BaseAddress!, $"/#{channel}").ToString());
        await page.WaitForFunctionAsync(
            "() => video.readyState >= 3 && video.currentTime > 0 && !video.paused", null, new() { Timeout = 60_000 });
        await WaitAsync(s_settling);
        ClockTime start = SystemClock.Instance.Now;
        List<Watched> seen = [];
        for (ClockTime passed = ClockTime.Zero; passed < s_time;)
        {
            passed = SystemClock.Instance.Now - start;
            seen.Add(await LookAsync(page) with { Seconds = passed.Nanoseconds / 1e9 });
            await WaitAsync(s_interval);
        }

        string all = $"{channel}:\n{string.Join('\n', seen)}";
        foreach (Watched now in seen)
        {
            // Chromium falls behind by itself if the machine is busy. If a segment were missing, it would wait for about three seconds.
            Assert.That(now.Position - seen[0].Position, Is.EqualTo(now.Seconds).Within(2), all);
            Assert.That(now.Notice, Is.Empty, all);
            Assert.That(now.Waits, Is.Zero, all);
        }

        // At the lowest rate, 59 seconds have this many pictures. A tone compresses well, but not to less than a kilobyte a second.
        Assert.That(seen[^1].Pictures - seen[0].Pictures, Is.GreaterThan(59 * 25), all);
        Assert.That(seen[^1].SoundBytes - seen[0].SoundBytes, Is.GreaterThan(60_000), all);
    }

    private static Task<Watched> LookAsync(IPage page) => page.EvaluateAsync<Watched>(
        """
        () => {
            if (!('waits' in window)) {
                window.waits = 0;
                video.addEventListener('waiting', () => window.waits++);
            }

            return {
                Position: video.currentTime,
                Buffered: video.buffered.length ? video.buffered.end(video.buffered.length - 1) : 0,
                Pictures: video.webkitDecodedFrameCount,
                SoundBytes: video.webkitAudioDecodedByteCount,
                Notice: document.getElementById('notice').textContent,
                Waits: window.waits,
            };
        }
        """);

    private static Task WaitAsync(ClockTime time) =>
        ThreadedExecutor.Default.WaitUntilAsync(SystemClock.Instance, SystemClock.Instance.Now + time, CancellationToken.None);

    private sealed record Watched
    {
        public double Seconds { get; init; }

        public double Position { get; init; }

        /// <summary>The position of the end of the buffered media.</summary>
        public double Buffered { get; init; }

        public long Pictures { get; init; }

        public long SoundBytes { get; init; }

        public string Notice { get; init; } = "";

        public long Waits { get; init; }
    }
}
