using RetroVue.Media.Blocking;

namespace RetroVue.Media.Tests.Blocking;

public sealed class FileReadAheadTests
{
    [Test]
    public void Reader_that_goes_on_is_kept_at_least_half_the_distance_ahead_of_and_one_that_jumps_the_whole()
    {
        string path = Path.GetTempFileName();
        try
        {
            using var ahead = new FileReadAhead(path, 1000);
            for (long position = 0; position <= 5000; position += 100)
            {
                ahead.Follow(position);
                Assert.That(ahead.Until - position, Is.InRange(500, 1000), $"at {position}");
            }

            ahead.Follow(4_100);
            Assert.That(ahead.Until, Is.EqualTo(6000), "a reader that goes back a little");
            ahead.Follow(200);
            Assert.That(ahead.Until, Is.EqualTo(1200));
            ahead.Follow(90_000);
            Assert.That(ahead.Until, Is.EqualTo(91_000));
        }
        finally
        {
            File.Delete(path);
        }
    }
}
