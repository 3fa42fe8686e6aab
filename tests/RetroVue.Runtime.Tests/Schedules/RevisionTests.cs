using NodaTime;
using RetroVue.Runtime.Schedules;

namespace RetroVue.Runtime.Tests.Schedules;

/// <summary>A channel's own programme is revised under what others have published.</summary>
public sealed class RevisionTests
{
    private static readonly Instant s_start = Instant.FromUtc(2026, 1, 1, 0, 0);
    private static readonly Channel s_channel = new(ChannelId.FromShortName("one"), "one", "One", DateTimeZone.Utc, ChannelProfile.Copy);

    [Test]
    public void Random_revisions_and_publications_give_what_a_table_of_all_minutes_gives() => RandomCases.Run(200, random =>
    {
        const int minutes = 600;
        (bool IsOwn, string Title)[] table = [.. Enumerable.Repeat((true, "0"), minutes)];
        var book = new ScheduleBook([new ChannelSchedule(s_channel, Named(0))]);
        int forgotten = 0;
        for (int step = 1; step < 15; step++)
        {
            int from = random.Next(minutes), to = random.Next(from + 1, minutes + 200);
            long generation = book.GetGeneration(s_channel.Id);
            switch (random.Next(3))
            {
                case 0:
                    book.Publish(s_channel.Id, Named(step), At(from), to > minutes ? null : At(to));
                    Fill(from, Math.Min(to, minutes), _ => true, (false, step.ToString(System.Globalization.CultureInfo.InvariantCulture)));
                    break;
                case 1:
                    book.Revise(s_channel.Id, Named(step), At(from));
                    Fill(from, minutes, own => own, (true, step.ToString(System.Globalization.CultureInfo.InvariantCulture)));
                    // An hour before a revision is kept.
                    forgotten = Math.Max(forgotten, from - 60);
                    break;
                default:
                    book.Begin(s_channel.Id, Named(step));
                    Fill(0, minutes, own => own, (true, step.ToString(System.Globalization.CultureInfo.InvariantCulture)));
                    Assert.That(book.GetGeneration(s_channel.Id), Is.EqualTo(generation));
                    continue;
            }

            Assert.That(book.GetGeneration(s_channel.Id), Is.EqualTo(generation + 1));
            for (int minute = Math.Max(0, forgotten); minute < minutes; minute++)
            {
                Assert.That(book.GetPosition(s_channel.Id, At(minute)).Entry.Title, Is.EqualTo(table[minute].Title), $"minute {minute} after step {step}");
            }
        }

        void Fill(int from, int to, Func<bool, bool> isMeant, (bool IsOwn, string Title) value)
        {
            for (int minute = from; minute < to; minute++)
            {
                table[minute] = isMeant(table[minute].IsOwn) ? value : table[minute];
            }
        }
    });

    [Test]
    public void Thousand_revisions_do_not_grow_the_book()
    {
        var book = new ScheduleBook([new ChannelSchedule(s_channel, Named(0))]);
        long before = GC.GetTotalMemory(forceFullCollection: true);
        for (int minute = 1; minute <= 10_000; minute++)
        {
            book.Revise(s_channel.Id, Named(minute), At(minute));
        }

        Assert.That(book.GetPosition(s_channel.Id, At(10_000)).Entry.Title, Is.EqualTo("10000"));
        // An hour of them is kept: sixty programmes of some kilobytes. All of them would be ten megabytes.
        Assert.That(GC.GetTotalMemory(forceFullCollection: true) - before, Is.LessThan(1_000_000));
    }

    private static Instant At(int minute) => s_start + Duration.FromMinutes(minute);

    private static Programme Named(int number) => new(
        s_start, null, true, [ScheduleItem.Slate(number.ToString(System.Globalization.CultureInfo.InvariantCulture), Duration.FromMinutes(1))], []);
}
