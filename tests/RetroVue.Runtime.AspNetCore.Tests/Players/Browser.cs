using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace RetroVue.Runtime.AspNetCore.Tests.Players;

/// <summary>
/// The system's Chromium without a window, with a new profile that is removed at the end. Without Chromium, the test is ignored.
/// </summary>
internal sealed class Browser : IAsyncDisposable
{
    // The path of Debian's Chromium. Ubuntu's "chromium-browser" is a snap, which cannot see the test's folders and its browser profile.
    private const string Chromium = "/usr/bin/chromium";

    private static readonly string[] s_arguments =
    [
        "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync",
    ];

    private readonly string _profile;
    private readonly IPlaywright _playwright;
    private readonly IBrowserContext _context;
    private readonly ConcurrentQueue<string> _errors = new();

    private Browser(string profile, IPlaywright playwright, IBrowserContext context) =>
        (_profile, _playwright, _context) = (profile, playwright, context);

    /// <summary>The errors that pages wrote to the console or threw.</summary>
    public IReadOnlyCollection<string> Errors => _errors;

    public static async Task<Browser> StartAsync()
    {
        if (!File.Exists(Chromium))
        {
            Assert.Ignore("Chromium is not installed (Debian package chromium).");
        }

        string profile = Directory.CreateTempSubdirectory("retrovue-chromium-").FullName;
        IPlaywright? playwright = null;
        try
        {
            playwright = await Playwright.CreateAsync();
            return new Browser(profile, playwright, await playwright.Chromium.LaunchPersistentContextAsync(
                profile, new() { ExecutablePath = Chromium, Args = s_arguments, ViewportSize = new() { Width = 1400, Height = 900 } }));
        }
        catch
        {
            playwright?.Dispose();
            Directory.Delete(profile, recursive: true);
            throw;
        }
    }

    /// <summary>Opens a page and records its errors.</summary>
    public async Task<IPage> OpenAsync()
    {
        IPage page = await _context.NewPageAsync();
        page.Console += (_, message) => KeepIf(message.Type == "error", message.Text);
        page.PageError += (_, error) => KeepIf(true, error);
        return page;
    }

    public async ValueTask DisposeAsync()
    {
        await _context.DisposeAsync();
        _playwright.Dispose();
        Directory.Delete(_profile, recursive: true);
    }

    private void KeepIf(bool isError, string text)
    {
        if (isError)
        {
            _errors.Enqueue(text);
        }
    }
}
