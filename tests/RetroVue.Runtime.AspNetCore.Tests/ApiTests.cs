using System.Net;
using System.Text.Json;
using NodaTime;
using NodaTime.Text;
using RetroVue.Media.Time;
using RetroVue.Runtime.Schedules;
using RetroVue.Runtime.Time;
using SystemClock = RetroVue.Media.Clocks.SystemClock;

namespace RetroVue.Runtime.AspNetCore.Tests;

public sealed class ApiTests
{
    private TestStation _station = null!;

    [OneTimeSetUp]
    public async Task StartAsync() =>
        _station = await TestStation.StartAsync(TestStation.Empty("first", "First"), TestStation.Empty("second", "The \"Second\""));

    [OneTimeTearDown]
    public async Task StopAsync() => await _station.DisposeAsync();

    private async Task<JsonElement> GetJsonAsync(string address)
    {
        using HttpResponseMessage response = await _station.Http.GetAsync(address);
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(response.Content.Headers.ContentType?.MediaType, Is.EqualTo("application/json"));
        Assert.That(response.Headers.CacheControl?.NoStore, Is.True);
        return JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
    }

    [Test]
    public void Conventions_of_the_app_s_reach_every_address() => Assert.That(
        _station.Endpoints.Where(endpoint => !endpoint.Metadata.Contains(TestStation.Marker)).Select(endpoint => endpoint.RoutePattern.RawText),
        Is.Empty);

    [Test]
    public async Task Channels_are_told_with_what_is_on_and_what_is_next()
    {
        Instant asked = _station.Clock.UtcNow;
        JsonElement channels = await GetJsonAsync("/api/channels");
        Assert.That(channels.GetArrayLength(), Is.EqualTo(2));
        JsonElement second = channels[1];
        Assert.Multiple(() =>
        {
            Assert.That(second.GetProperty("id").GetGuid(), Is.EqualTo(ChannelId.FromShortName("second")));
            Assert.That(second.GetProperty("name").GetString(), Is.EqualTo("The \"Second\""));
            Assert.That(second.GetProperty("shortName").GetString(), Is.EqualTo("second"));
            Assert.That(second.GetProperty("mode").GetString(), Is.EqualTo("normal"));
            Assert.That(second.GetProperty("viewerCount").GetInt32(), Is.Zero);
            Assert.That(second.GetProperty("producerStatus").GetString(), Is.EqualTo("stopped"));
        });
        (Instant start, Instant end) = Span(second.GetProperty("now"));
        (Instant nextStart, Instant nextEnd) = Span(second.GetProperty("next"));
        Assert.That(end - start, Is.EqualTo(Duration.FromSeconds(30)));
        Assert.That(nextStart, Is.EqualTo(end));
        Assert.That(nextEnd - nextStart, Is.EqualTo(Duration.FromSeconds(30)));
        Assert.That(_station.Clock.UtcNow, Is.GreaterThanOrEqualTo(start));
        Assert.That(asked, Is.LessThan(end));
    }

    private static (Instant Start, Instant End) Span(JsonElement airing) => (
        InstantPattern.ExtendedIso.Parse(airing.GetProperty("start").GetString()!).GetValueOrThrow(),
        InstantPattern.ExtendedIso.Parse(airing.GetProperty("end").GetString()!).GetValueOrThrow());

    [Test]
    public async Task Station_whose_machine_believes_in_1970_airs_as_a_stream_and_in_segments()
    {
        ClockTime start = SystemClock.Instance.Now;
        // The clock of a board without a battery, some seconds after the board was switched on.
        Instant anchor = NodaConstants.UnixEpoch + Duration.FromSeconds(9);
        var clock = new MasterClock(SystemClock.Instance, () => anchor + (SystemClock.Instance.Now - start).ToDuration());
        ChannelSchedule channel = TestStation.Channel("clip", "Clip", TestMedia.Clip("in-1970"));
        channel = channel with { Programme = channel.Programme with { Start = NodaConstants.UnixEpoch } };
        await using TestStation station = await TestStation.StartAsync(clock, channel);
        byte[] received = new byte[400 * 188];
        using (HttpResponseMessage response = await station.Http.GetAsync("/channels/clip/live.ts", HttpCompletionOption.ResponseHeadersRead))
        {
            await using Stream stream = await response.Content.ReadAsStreamAsync();
            await stream.ReadExactlyAsync(received);
        }

        Assert.That(Enumerable.Range(0, 400).Select(packet => received[packet * 188]), Is.All.EqualTo(0x47));
        string multivariant = await station.Http.GetStringAsync("/channels/clip/hls/index.m3u8");
        string address = multivariant.Split('\n').Single(line => line.StartsWith("index.m3u8?", StringComparison.Ordinal));
        string playlist = await station.Http.GetStringAsync($"/channels/clip/hls/{address}");
        Assert.That(playlist, Does.Match("#EXT-X-MEDIA-SEQUENCE:[0-9]+\n").And.Contain("#EXT-X-PROGRAM-DATE-TIME:1970-01-01T00:0"));
        Assert.That((await station.Http.GetStringAsync("/api/clock")), Does.Contain("\"utcNow\":\"1970-01-01T00:0"));
    }

    [TestCase(120)]
    [TestCase(-120)]
    public async Task Clock_shows_a_step_of_the_machines_civil_time_with_its_size(int seconds)
    {
        Duration step = Duration.Zero;
        ClockTime start = SystemClock.Instance.Now;
        Instant anchor = Instant.FromUtc(2026, 3, 1, 12, 0);
        var clock = new MasterClock(SystemClock.Instance, () => anchor + (SystemClock.Instance.Now - start).ToDuration() + step);
        await using TestStation station = await TestStation.StartAsync(clock, TestStation.Empty("first", "First"));
        Assert.That((await TellAsync()).GetProperty("state").GetString(), Is.EqualTo("synchronised"));
        step = Duration.FromSeconds(seconds);
        JsonElement told = await TellAsync();
        Assert.Multiple(() =>
        {
            Assert.That(told.GetProperty("state").GetString(), Is.EqualTo("unsynchronised"));
            // The two readings of the clocks are apart by the time that a busy machine takes, so 100 ms are allowed.
            Assert.That(told.GetProperty("civilTimeDifferenceMs").GetDouble(), Is.EqualTo(-1000.0 * seconds).Within(100));
            Assert.That(told.GetProperty("uncertaintyMs").GetDouble(), Is.EqualTo(120_000).Within(100));
        });

        async Task<JsonElement> TellAsync() => JsonDocument.Parse(await station.Http.GetStringAsync("/api/clock")).RootElement;
    }

    [Test]
    public async Task Clock_answers_between_two_readings_of_station_time()
    {
        double before = Milliseconds();
        JsonElement clock = await GetJsonAsync("/api/clock?t0=12.5");
        double after = Milliseconds();
        double t1 = clock.GetProperty("t1").GetDouble();
        double t2 = clock.GetProperty("t2").GetDouble();

        // A double holds milliseconds since 1970 to a quarter of a microsecond, so the order is kept.
        Assert.That(new[] { before, t1, t2, after }, Is.Ordered);
        Assert.That(clock.GetProperty("t0").GetDouble(), Is.EqualTo(12.5));
        Assert.That(clock.GetProperty("clock").GetString(), Is.EqualTo("system-monotonic"));
        Assert.That(clock.GetProperty("precision").GetString(), Is.EqualTo("millisecond"));
        Assert.That(clock.GetProperty("uncertaintyMs").GetDouble(), Is.InRange(0, 1000));
        Assert.That(InstantPattern.ExtendedIso.Parse(clock.GetProperty("utcNow").GetString()!).Success, Is.True);
    }

    private double Milliseconds() => _station.Clock.AsClock().Now.Nanoseconds / 1e6;

    [Test]
    public async Task Clock_without_a_question_says_no_t0() =>
        Assert.That((await GetJsonAsync("/api/clock")).TryGetProperty("t0", out _), Is.False);

    [TestCase("/api/clock?t0=now", HttpStatusCode.BadRequest)]
    [TestCase("/api/clock?t0=NaN", HttpStatusCode.BadRequest)]
    [TestCase("/api/nothing", HttpStatusCode.NotFound)]
    [TestCase("/api/channels/first", HttpStatusCode.NotFound)]
    public async Task Api_says_what_is_wrong_as_problem(string address, HttpStatusCode status)
    {
        using HttpResponseMessage response = await _station.Http.GetAsync(address);
        Assert.That(response.StatusCode, Is.EqualTo(status));
        Assert.That(response.Content.Headers.ContentType?.MediaType, Is.EqualTo("application/problem+json"));
    }

    [Test]
    public async Task Health_counts_channels_and_viewers()
    {
        JsonElement health = await GetJsonAsync("/health");
        Assert.That(health.GetProperty("status").GetString(), Is.EqualTo("healthy"));
        Assert.That(health.GetProperty("channels").GetInt32(), Is.EqualTo(2));
        Assert.That(health.GetProperty("onAir").GetInt32(), Is.Zero);
        Assert.That(health.GetProperty("viewers").GetInt32(), Is.Zero);
        Assert.That(health.GetProperty("loading").GetInt32(), Is.Zero);
        Assert.That(health.GetProperty("files").GetRawText(), Is.EqualTo("""{"done":2,"all":2}"""));
        Assert.That(health.GetProperty("losses").GetArrayLength(), Is.Zero);
    }

    [Test]
    public async Task Channel_list_has_absolute_addresses_of_the_host_asked()
    {
        using HttpResponseMessage response = await _station.Http.GetAsync("/channels.m3u");
        string[] lines = (await response.Content.ReadAsStringAsync()).TrimEnd().Split('\n');
        Assert.That(response.Content.Headers.ContentType?.MediaType, Is.EqualTo("audio/x-mpegurl"));
        Assert.That(lines, Is.EqualTo(new[]
        {
            "#EXTM3U",
            $"#EXTINF:-1 tvg-id=\"{ChannelId.FromShortName("first")}\" tvg-name=\"First\",First",
            $"{_station.Http.BaseAddress}channels/first/live.ts",
            $"#EXTINF:-1 tvg-id=\"{ChannelId.FromShortName("second")}\" tvg-name=\"The 'Second'\",The \"Second\"",
            $"{_station.Http.BaseAddress}channels/second/live.ts",
        }));
    }

    [TestCase("/channels/third/live.ts")]
    [TestCase("/channels/third/hls/index.m3u8")]
    [TestCase("/channels/third/hls/1.ts")]
    [TestCase("/channels/00000000-0000-0000-0000-000000000000/live.ts")]
    [TestCase("/channels/..%2f..%2fetc%2fpasswd/live.ts")]
    [TestCase("/channels/%2e%2e/live.ts")]
    [TestCase("/channels/first/hls/..%2f..%2f..%2fetc%2fpasswd")]
    [TestCase("/channels/first/hls/-1.ts?session=x")]
    [TestCase("/channels/first/hls/99999999999999999999.ts?session=x")]
    [TestCase("/page/..%2fRetroVueEndpoints.cs")]
    [TestCase("/page/nothing.js")]
    public async Task Unknown_address_is_not_found(string address)
    {
        using HttpResponseMessage response = await _station.Http.GetAsync(address);
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
    }

    [TestCase("/", "text/html")]
    [TestCase("/page/station.css", "text/css")]
    [TestCase("/page/station.js", "text/javascript")]
    [TestCase("/page/hls.min.js", "text/javascript")]
    [TestCase("/page/icon.svg", "image/svg+xml")]
    public async Task Page_is_served_once_to_who_asks_again(string address, string type)
    {
        using HttpResponseMessage first = await _station.Http.GetAsync(address);
        Assert.That(first.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(first.Content.Headers.ContentType?.MediaType, Is.EqualTo(type));
        Assert.That(first.Headers.GetValues("Content-Security-Policy").Single(), Does.StartWith("default-src 'none'"));
        using var again = new HttpRequestMessage(HttpMethod.Get, address);
        again.Headers.IfNoneMatch.Add(first.Headers.ETag!);
        using HttpResponseMessage second = await _station.Http.SendAsync(again);
        Assert.That(second.StatusCode, Is.EqualTo(HttpStatusCode.NotModified));
    }
}
