using Microsoft.Playwright;
using RetroVue.Runtime.Channels;

namespace RetroVue.Runtime.AspNetCore.Tests.Players;

/// <summary>The page in a real browser.</summary>
public sealed class PageTests
{
    [Test]
    public async Task Page_lists_channels_and_plays_the_one_picked_without_an_error()
    {
        await using Browser browser = await Browser.StartAsync();
        await using TestStation station = await TestStation.StartAsync(
            TestStation.Channel("one", "Channel One", TestMedia.Clip("page")),
            TestStation.Channel("two", "Channel Two", TestMedia.Clip("page")));
        IPage page = await browser.OpenAsync();

        await page.GotoAsync(new Uri(station.Http.BaseAddress!, "/#two").ToString());
        await Assertions.Expect(page.Locator("#channel-list li")).ToHaveCountAsync(2);
        await Assertions.Expect(page.Locator("#channel-list [aria-current]")).ToContainTextAsync("Channel Two");
        await Assertions.Expect(page.Locator("#now-title")).ToHaveTextAsync("Channel Two: the programme");
        await Assertions.Expect(page.Locator("#clock-source")).ToContainTextAsync("system-monotonic");
        await AdvancesAsync(page);
        Assert.That(station.Station.Find("two")!.ViewerCount, Is.EqualTo(1));

        await page.Locator("#channel-list a").First.ClickAsync();
        await Assertions.Expect(page.Locator("#channel-name")).ToContainTextAsync("Channel One");
        await AdvancesAsync(page);
        await page.ScreenshotAsync(new() { Path = Path.Combine(TestContext.CurrentContext.WorkDirectory, "page.png") });
        Assert.That(browser.Errors, Is.Empty);
    }

    /// <summary>The picture moves: the player's position gains two seconds.</summary>
    private static async Task AdvancesAsync(IPage page)
    {
        await page.WaitForFunctionAsync("() => document.getElementById('video').readyState >= 3", null, new() { Timeout = 60_000 });
        double position = await page.EvaluateAsync<double>("() => document.getElementById('video').currentTime");
        await page.WaitForFunctionAsync(
            "from => document.getElementById('video').currentTime > from + 2", position, new() { Timeout = 60_000 });
    }
}
