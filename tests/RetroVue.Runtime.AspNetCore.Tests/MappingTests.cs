using System.Net;
using System.Security.Claims;
using System.Text.Encodings.Web;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using RetroVue.Runtime.Channels;

namespace RetroVue.Runtime.AspNetCore.Tests;

/// <summary>An app maps the station's addresses: it chooses where they are, and conventions apply to all of them.</summary>
public sealed partial class MappingTests
{
    private static readonly string[] s_addresses =
    [
        "/", "/page/station.js", "/page/icon.svg", "/channels.m3u", "/channels/clip/live.ts", "/channels/clip/hls/index.m3u8", "/channels/clip/hls/0-1.ts",
        "/channels/clip/still.jpg", "/api/channels", "/api/clock", "/api/nothing", "/health",
    ];

    [TearDown]
    public void NothingIsLeft() => Assert.That(MediaBuffer.LiveCount, Is.Zero);

    [Test]
    public async Task Authorization_is_asked_for_at_every_address()
    {
        await using Site site = await Site.StartAsync(
            app =>
            {
                app.UseAuthentication();
                app.UseAuthorization();
                app.MapRetroVue().RequireAuthorization();
            },
            services => services.AddAuthorization().AddAuthentication("key").AddScheme<AuthenticationSchemeOptions, KeyHandler>("key", null));
        foreach (string address in s_addresses)
        {
            using HttpResponseMessage stranger = await site.Http.GetAsync(address, HttpCompletionOption.ResponseHeadersRead);
            Assert.That(stranger.StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized), address);
            using var request = new HttpRequestMessage(HttpMethod.Get, address) { Headers = { { "X-Key", "right" } } };
            using HttpResponseMessage known = await site.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            Assert.That(known.StatusCode, Is.Not.EqualTo(HttpStatusCode.Unauthorized), address);
        }

        Assert.That(site.Station.Channels[0].Sessions, Has.Count.LessThanOrEqualTo(2), "A refused request must not become a viewer.");
        Assert.That(site.Endpoints.Count(endpoint => endpoint.Metadata.GetMetadata<Microsoft.AspNetCore.Authorization.IAuthorizeData>() is null), Is.Zero);
    }

    [Test]
    public async Task Hosts_and_rates_are_limited_for_every_address()
    {
        await using Site site = await Site.StartAsync(
            app =>
            {
                app.UseRateLimiter();
                app.MapRetroVue().RequireHost("tv.example").RequireRateLimiting("few");
            },
            services => services.AddRateLimiter(limiter => limiter.AddFixedWindowLimiter("few", few => (few.PermitLimit, few.Window) = (2, TimeSpan.FromHours(1)))));
        foreach (string address in s_addresses)
        {
            using HttpResponseMessage other = await site.Http.GetAsync(address);
            Assert.That(other.StatusCode, Is.EqualTo(HttpStatusCode.NotFound), address);
        }

        HttpStatusCode[] answers = [await AskAsync(), await AskAsync(), await AskAsync()];
        Assert.That(answers, Is.EqualTo(new[] { HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.ServiceUnavailable }));

        async Task<HttpStatusCode> AskAsync()
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/api/channels") { Headers = { Host = "tv.example" } };
            using HttpResponseMessage response = await site.Http.SendAsync(request);
            return response.StatusCode;
        }
    }

    [Test]
    public async Task Every_link_is_right_below_a_prefix()
    {
        await using Site site = await Site.StartAsync(app => app.MapGroup("/tv").MapRetroVue());
        await FollowLinksAsync(site, new Uri(site.Http.BaseAddress!, "/tv"));
        using HttpResponseMessage outside = await site.Http.GetAsync("/api/channels");
        Assert.That(outside.StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
    }

    [Test]
    public async Task Every_link_is_right_below_a_path_base_and_a_prefix()
    {
        await using Site site = await Site.StartAsync(app =>
        {
            app.UsePathBase("/house");
            app.UseRouting();
            app.MapGroup("/tv one").MapRetroVue();
        });
        await FollowLinksAsync(site, new Uri(site.Http.BaseAddress!, "/house/tv%20one"));
    }

    [Test]
    public async Task Page_is_right_at_a_path_base_without_a_slash()
    {
        await using Site site = await Site.StartAsync(app =>
        {
            app.UsePathBase("/house");
            app.UseRouting();
            app.MapRetroVue();
        });
        await FollowLinksAsync(site, new Uri(site.Http.BaseAddress!, "/house?from=home"));
    }

    // This is like nginx with "location /public/ { proxy_pass http://station/; }" and its forwarding headers.
    [Test]
    public async Task Every_link_is_right_behind_a_reverse_proxy_that_takes_a_prefix_away()
    {
        await using Site site = await Site.StartAsync(app =>
        {
            app.UseForwardedHeaders(new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.All });
            app.UseRouting();
            app.MapRetroVue();
        });
        using var request = new HttpRequestMessage(HttpMethod.Get, "/channels.m3u")
        {
            Headers = { { "X-Forwarded-Proto", "https" }, { "X-Forwarded-Host", "tv.example:8443" }, { "X-Forwarded-Prefix", "/public" } },
        };
        using HttpResponseMessage response = await site.Http.SendAsync(request);
        Assert.That(await response.Content.ReadAsStringAsync(), Does.Contain("\nhttps://tv.example:8443/public/channels/clip/live.ts\n"));
        // If the proxy sends no such headers, all links but those of the channel list are right, because they are relative.
        using HttpResponseMessage page = await site.Http.GetAsync("/");
        Assert.That(page.StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    [TestCase("/channels.m3u/")]
    [TestCase("/CHANNELS.M3U")]
    public async Task List_asked_for_otherwise_has_the_same_addresses(string address)
    {
        await using Site site = await Site.StartAsync(app => app.MapRetroVue());
        Assert.That(await site.Http.GetStringAsync(address), Is.EqualTo(await site.Http.GetStringAsync("/channels.m3u")));
    }

    /// <summary>Follows every link from the page on, as a browser and a player do, and expects an answer at each.</summary>
    private static async Task FollowLinksAsync(Site site, Uri start)
    {
        (Uri page, string html) = await GetAsync(site, start);
        string[] links = [.. Links().Matches(html).Select(match => match.Groups["link"].Value).Where(link => link[0] != '#').Distinct(StringComparer.Ordinal)];
        Assert.That(links, Has.Length.GreaterThanOrEqualTo(5));
        // The addresses that the page's scripts ask for are relative to the page too.
        foreach (string link in links.Concat(["api/channels", "api/clock?t0=1", "page/clock.js", "page/player.js"]))
        {
            await GetAsync(site, new Uri(page, link));
        }

        (_, string list) = await GetAsync(site, new Uri(page, "channels.m3u"));
        string stream = list.Split('\n').Single(line => line.EndsWith("/live.ts", StringComparison.Ordinal));
        Assert.That(new Uri(stream), Is.EqualTo(new Uri(page, "channels/clip/live.ts")));
        using (HttpResponseMessage live = await site.Http.GetAsync(new Uri(stream), HttpCompletionOption.ResponseHeadersRead))
        {
            Assert.That(live.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        }

        (Uri multivariant, string text) = await GetAsync(site, new Uri(page, "channels/clip/hls/index.m3u8"));
        (Uri playlist, text) = await GetAsync(site, new Uri(multivariant, Addresses(text)[0]));
        await GetAsync(site, new Uri(playlist, Addresses(text)[0]));
        // A session that is over redirects to a new one.
        (Uri again, _) = await GetAsync(site, new Uri(playlist, "index.m3u8?session=over"));
        Assert.That(again.AbsolutePath, Is.EqualTo(playlist.AbsolutePath));
        Assert.That(again.Query, Does.StartWith("?session=").And.Not.Contain("over"));
    }

    private static string[] Addresses(string playlist) => [.. playlist.Split('\n').Where(line => line.Length > 0 && line[0] != '#')];

    /// <summary>Sends a request and follows redirects.</summary>
    private static async Task<(Uri Address, string Text)> GetAsync(Site site, Uri address)
    {
        for (int turn = 0; turn < 3; turn++)
        {
            using HttpResponseMessage response = await site.Http.GetAsync(address);
            if (response.Headers.Location is not { } location)
            {
                Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK), $"{address}");
                return (address, await response.Content.ReadAsStringAsync());
            }

            address = new Uri(address, location);
        }

        throw new AssertionException($"{address} redirects without end.");
    }

    [GeneratedRegex("(?:href|src)=\"(?<link>[^\"]+)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Links();

    private sealed class KeyHandler(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync() => Task.FromResult(Request.Headers["X-Key"] == "right"
            ? AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(new ClaimsIdentity("key")), "key"))
            : AuthenticateResult.NoResult());
    }

    /// <summary>An app with one channel. The test maps the station's addresses.</summary>
    private sealed class Site(WebApplication app) : IAsyncDisposable
    {
        public HttpClient Http { get; } = new(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = new Uri(app.Urls.First()) };

        public Station Station => app.Services.GetRequiredService<Station>();

        public IEnumerable<Microsoft.AspNetCore.Http.Endpoint> Endpoints => app.Services.GetRequiredService<EndpointDataSource>().Endpoints;

        public static async Task<Site> StartAsync(Action<WebApplication> map, Action<IServiceCollection>? register = null)
        {
            WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            builder.Services.AddRetroVue(options =>
            {
                options.Channels = [TestStation.Channel("clip", "Clip", TestMedia.Clip("mapped"))];
                options.Channel.Linger = ClockTime.Zero;
            });
            register?.Invoke(builder.Services);
            WebApplication app = builder.Build();
            map(app);
            await app.StartAsync();
            return new Site(app);
        }

        public async ValueTask DisposeAsync()
        {
            Http.Dispose();
            await app.StopAsync();
            await app.DisposeAsync();
        }
    }
}
