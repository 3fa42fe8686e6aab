using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RetroVue.Runtime.Catalogue;
using RetroVue.Runtime.Channels;

namespace RetroVue.Runtime.AspNetCore.Tests;

/// <summary>A station answers while it looks at its files, and says how far it is.</summary>
public sealed class LoadingTests
{
    [Test]
    public async Task Station_says_what_is_loading_and_lets_viewers_wait_for_it()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var catalogue = new WaitingCatalogue();
        builder.Services.AddSingleton<IMediaCatalogue>(catalogue);
        builder.Services.AddRetroVue(options => options.Channels = [TestStation.Channel("clip", "Clip", TestMedia.Clip("loading"))]);
        await using WebApplication app = builder.Build();
        app.MapRetroVue();
        await app.StartAsync();
        using var http = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };

        JsonElement health = await GetAsync("/health"), channel = (await GetAsync("/api/channels"))[0];
        Assert.That(health.GetProperty("status").GetString(), Is.EqualTo("healthy"));
        Assert.That(health.GetProperty("loading").GetInt32(), Is.EqualTo(1));
        Assert.That(health.GetProperty("files").GetRawText(), Is.EqualTo("""{"done":0,"all":1}"""));
        Assert.That(channel.GetProperty("isLoading").GetBoolean(), Is.True);
        Assert.That(channel.GetProperty("now").GetProperty("kind").GetString(), Is.EqualTo("slate"));
        Assert.That(await http.GetStringAsync("/channels.m3u"), Does.Contain("/channels/clip/live.ts"));

        Task<HttpResponseMessage> waiting = http.GetAsync("/channels/clip/live.ts", HttpCompletionOption.ResponseHeadersRead);
        await Until.TrueAsync(() => catalogue.IsAsked);
        Assert.That(waiting.IsCompleted, Is.False);
        catalogue.GoOn();
        using (HttpResponseMessage stream = await waiting)
        {
            Assert.That(stream.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        }

        await app.Services.GetRequiredService<Station>().WaitForFilesAsync();
        (health, channel) = (await GetAsync("/health"), (await GetAsync("/api/channels"))[0]);
        Assert.That(health.GetProperty("loading").GetInt32(), Is.Zero);
        Assert.That(health.GetProperty("files").GetRawText(), Is.EqualTo("""{"done":1,"all":1}"""));
        Assert.That(channel.GetProperty("isLoading").GetBoolean(), Is.False);
        Assert.That(channel.GetProperty("now").GetProperty("kind").GetString(), Is.EqualTo("programme"));
        await app.StopAsync();

        async Task<JsonElement> GetAsync(string address) => JsonSerializer.Deserialize<JsonElement>(await http.GetStringAsync(address));
    }

    /// <summary>A catalogue that answers only when it may.</summary>
    private sealed class WaitingCatalogue : IMediaCatalogue
    {
        private readonly InMemoryMediaCatalogue _inner = new();
        private readonly TaskCompletionSource _mayAnswer = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool IsAsked { get; private set; }

        public void GoOn() => _mayAnswer.SetResult();

        public async Task<IReadOnlyList<CataloguedFile>> FindAsync(IReadOnlyList<string> paths, CancellationToken cancellationToken = default)
        {
            IsAsked = true;
            await _mayAnswer.Task;
            return await _inner.FindAsync(paths, cancellationToken);
        }

        public Task SaveAsync(IReadOnlyList<CataloguedFile> files, CancellationToken cancellationToken = default) => _inner.SaveAsync(files, cancellationToken);

        public Task RemoveAsync(IReadOnlyList<string> paths, CancellationToken cancellationToken = default) => _inner.RemoveAsync(paths, cancellationToken);

        public Task<CopyFormats?> FindFormatsAsync(Guid channel, CancellationToken cancellationToken = default) => _inner.FindFormatsAsync(channel, cancellationToken);

        public Task SaveFormatsAsync(Guid channel, CopyFormats? formats, CancellationToken cancellationToken = default) =>
            _inner.SaveFormatsAsync(channel, formats, cancellationToken);
    }
}
