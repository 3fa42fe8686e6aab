using Microsoft.Playwright;
using RetroVue.Runtime.Channels;
using RetroVue.Runtime.Schedules;

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

    [Test]
    public async Task Title_and_progress_are_those_of_the_picture_though_the_player_is_behind()
    {
        await using Browser browser = await Browser.StartAsync();
        ChannelSchedule channel = TestStation.Channel("colours", "Colours", ChannelProfile.Copy, TestMedia.Colour("red"), TestMedia.Colour("blue"));
        Programme programme = channel.Programme;
        channel = channel with { Programme = programme with { Items = [programme.Items[0] with { Title = "red" }, programme.Items[1] with { Title = "blue" }] } };
        await using TestStation station = await TestStation.StartAsync(channel);
        IPage page = await browser.OpenAsync();
        await page.GotoAsync(new Uri(station.Http.BaseAddress!, "/#colours").ToString());
        await AdvancesAsync(page);

        // Looks at the picture's colour and the page's text every tenth of a second for 40 s; the picture changes four times in that.
        string[] seen = await page.EvaluateAsync<string[]>(
            """
            () => new Promise(done => {
                const canvas = document.createElement('canvas').getContext('2d');
                const seen = [];
                const look = setInterval(() => {
                    canvas.drawImage(video, 0, 0, 8, 8);
                    const [red, , blue] = canvas.getImageData(4, 4, 1, 1).data;
                    const id = name => document.getElementById(name);
                    seen.push(`${red > blue ? 'red' : 'blue'} ${id('now-title').textContent} ${id('now-progress').value}`);
                    if (seen.length === 400) {
                        clearInterval(look);
                        done(seen);
                    }
                }, 100);
            })
            """);
        // The page updates its text every second. Half a second more is for a busy machine.
        int wrong = 0;
        foreach (string look in seen)
        {
            string[] words = look.Split(' ');
            wrong = words[0] == words[1] ? 0 : wrong + 1;
            Assert.That(wrong, Is.LessThanOrEqualTo(15), string.Join('\n', seen));
        }

        Assert.That(seen.Select(look => look.Split(' ')[0]).Distinct(StringComparer.Ordinal).Count(), Is.EqualTo(2), "the picture changes");
        await page.ScreenshotAsync(new() { Path = Path.Combine(TestContext.CurrentContext.WorkDirectory, "page-colours.png") });
        Assert.That(browser.Errors, Is.Empty);
    }

    /// <summary>Waits until the picture moves: the player's position gains two seconds.</summary>
    private static async Task AdvancesAsync(IPage page)
    {
        await page.WaitForFunctionAsync("() => document.getElementById('video').readyState >= 3", null, new() { Timeout = 60_000 });
        double position = await page.EvaluateAsync<double>("() => document.getElementById('video').currentTime");
        await page.WaitForFunctionAsync(
            "from => document.getElementById('video').currentTime > from + 2", position, new() { Timeout = 60_000 });
    }
}
