using NodaTime;
using RetroVue.Media.Time;

namespace RetroVue.Runtime.Tests.Channels.Splices;

/// <summary>
/// Copied stretches of films, entered and left at any place and with groups of pictures of any kind, decode to the films' pictures.
/// </summary>
public sealed class RandomSpliceTests
{
    /// <summary>In this case the key frame of an open group is due a millisecond after the join.</summary>
    [Test]
    public void Viewer_who_joins_just_before_a_key_frame_begins_where_the_channel_does() => RandomCases.Repeat(166298389, CheckCase);

    [Test]
    public void Eight_channels_of_films_entered_anywhere() => RandomCases.Run(8, CheckCase);

    [Test]
    [Category("Soak")]
    public void Two_thousand_channels_of_films_entered_anywhere() => RandomCases.Run(2000, CheckCase);

    private static void CheckCase(Random random)
    {
        var film = new RandomFilm(random.Next(RandomFilm.Count));
        int shortest = (film.Group * 40) + 600;
        var items = new SpliceItem[random.Next(2, 5)];
        for (int i = 0; i < items.Length; i++)
        {
            int length = random.Next(shortest, shortest + 2000);
            items[i] = SpliceItem.Of(film.Make(random.Next(2) == 0), random.Next(3) == 0 ? 0 : random.Next(RandomFilm.Length - length - 200), length);
        }

        int join = random.Next(2) * random.Next((int)items[0].Length.TotalMilliseconds - 400);
        var joined = Duration.FromMilliseconds(join);
        try
        {
            AiredSplices.Watch(items, $"splices-{film.Number}", joined).AssertAllAsWanted(
                ClockTime.FromMilliseconds((film.Group + 2) * 40), ClockTime.FromMilliseconds((film.Reordered + 2) * 40), ClockTime.FromMilliseconds(40));
        }
        catch (AssertionException exception)
        {
            throw new InvalidOperationException($"{film}, joined at {joined}: {exception.Message}", exception);
        }
    }
}
