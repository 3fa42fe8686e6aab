using System.Net;

namespace RetroVue.Runtime.AspNetCore.Tests;

public sealed class StillTests
{
    [Test]
    public async Task Still_is_a_jpeg_of_what_is_on_and_makes_nobody_a_viewer()
    {
        await using TestStation station = await TestStation.StartAsync(TestStation.Channel("clip", "Clip", TestMedia.Clip("still")));
        using HttpResponseMessage response = await station.Http.GetAsync("/channels/clip/still.jpg");
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(response.Content.Headers.ContentType?.MediaType, Is.EqualTo("image/jpeg"));
        byte[] picture = await response.Content.ReadAsByteArrayAsync();
        Assert.That(picture[..3], Is.EqualTo(new byte[] { 0xFF, 0xD8, 0xFF })); // SOI and a marker, ITU-T T.81 B.1.1.3
        Assert.That(picture[^2..], Is.EqualTo(new byte[] { 0xFF, 0xD9 })); // EOI
        Assert.That(station.Station.Find("clip")!.ViewerCount, Is.Zero);
    }

    [Test]
    public async Task Still_of_a_file_that_is_not_there_has_no_content()
    {
        await using TestStation station = await TestStation.StartAsync(TestStation.Empty("first", "First"));
        using HttpResponseMessage response = await station.Http.GetAsync("/channels/first/still.jpg");
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.NoContent));
        using HttpResponseMessage unknown = await station.Http.GetAsync("/channels/second/still.jpg");
        Assert.That(unknown.StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
    }
}
