using System.Collections.Immutable;
using Microsoft.Extensions.Logging.Abstractions;
using NodaTime;
using RetroVue.Media.Testing;
using RetroVue.Media.Time;
using RetroVue.Runtime.Channels;
using RetroVue.Runtime.Output;
using RetroVue.Runtime.Schedules;
using RetroVue.Runtime.Tests.Schedules;
using RetroVue.Runtime.Time;
using static RetroVue.Runtime.Tests.Schedules.TestSchedules;

namespace RetroVue.Runtime.Tests.Channels;

/// <summary>The channel's answer about now and next names every entry, however short it is and whatever is published.</summary>
public sealed class NowAndNextTests
{
    private static readonly Instant s_start = Instant.FromUtc(2026, 3, 1, 12, 0);
    private static readonly Duration s_millisecond = Duration.FromMilliseconds(1);

    // If a test asks for the next entry again and again, it sees each entry of the plan once: also entries of a nanosecond, many entries in
    // one granule, and long ones.
    [Test]
    public void Next_of_next_passes_every_entry() => RandomCases.Run(300, random =>
    {
        (ScheduleBook book, ChannelManager channel, SimulatedExecutor executor) = Make(AnyProgramme(random));
        foreach (int _ in Enumerable.Range(0, random.Next(3)))
        {
            Instant from = s_start + AnyDuration(random);
            book.Publish(channel.Channel.Id, AnyProgramme(random), from, random.Next(2) == 0 ? null : from + AnyDuration(random));
        }

        executor.RunFor((AnyDuration(random) * random.Next(5)).ToClockTime());
        NowAndNext told = channel.GetNowAndNext();
        ImmutableArray<PlayoutEntry> plan = book.GetPlan(channel.Channel.Id, told.Now.At, told.Now.At + AnyDuration(random) + Duration.FromSeconds(1)).Entries;
        Assert.That(told.Now.Entry, Is.EqualTo(plan[0]));
        for (int i = 1; i < Math.Min(plan.Length, 200); i++)
        {
            Assert.That(told.Next, Is.EqualTo(plan[i]), $"entry {i}");
            // Station time has whole milliseconds. So the test waits until the first millisecond in the next entry. If the entry is
            // shorter, that millisecond is after it.
            Duration wait = plan[i].Start - told.Now.At;
            Duration rest = Duration.FromNanoseconds(wait.ToInt64Nanoseconds() % 1_000_000);
            executor.RunFor((rest == Duration.Zero ? wait : wait - rest + s_millisecond).ToClockTime());
            told = channel.GetNowAndNext();
            while (i < plan.Length && !plan[i].Contains(told.Now.At))
            {
                Assert.That(plan[i].Duration, Is.LessThan(s_millisecond), "only an entry of less than a millisecond may be passed over");
                i++;
            }

            if (i < plan.Length)
            {
                Assert.That(told.Now.Entry, Is.EqualTo(plan[i]));
            }
        }
    });

    [Test]
    public void What_aired_before_ends_where_now_begins() => RandomCases.Run(300, random =>
    {
        (ScheduleBook book, ChannelManager channel, SimulatedExecutor executor) = Make(AnyProgramme(random));
        executor.RunFor(AnyDuration(random).ToClockTime());
        Duration before = AnyDuration(random);
        NowAndNext told = channel.GetNowAndNext(before);
        Instant from = told.Now.At - before;
        PlayoutEntry[] model = [.. book.GetPlan(channel.Channel.Id, from, told.Now.At + Duration.Epsilon).Entries];
        Assert.That(told.Before, Is.EqualTo(model[..^1]));
        Assert.That(told.Now.Entry, Is.EqualTo(model[^1]));
        Assert.That(told.Next.Start, Is.EqualTo(told.Now.Entry.End));
    });

    // Each answer is of one edition: the one that holds when the answer is given.
    [Test]
    public async Task Publications_meanwhile_never_tear_an_answer()
    {
        (ScheduleBook book, ChannelManager channel, _) = Make(AnyProgramme(new Random(1)));
        using var enough = new CancellationTokenSource();
        Task publishing = Task.Run(() =>
        {
            var random = new Random(2);
            while (!enough.IsCancellationRequested)
            {
                book.Publish(channel.Channel.Id, AnyProgramme(random), s_start - Duration.FromSeconds(1), s_start + AnyDuration(random));
            }
        });
        for (int i = 0; i < 20_000; i++)
        {
            NowAndNext told = channel.GetNowAndNext(s_millisecond);
            Assert.That(told.Next.Start, Is.EqualTo(told.Now.Entry.End));
            Assert.That(told.Now.Entry.Contains(told.Now.At), Is.True);
            Assert.That(told.Next.Generation, Is.EqualTo(told.Now.Entry.Generation));
            Assert.That(told.Before.IsEmpty || told.Before[^1].End == told.Now.Entry.Start, Is.True);
        }

        await enough.CancelAsync();
        await publishing;
    }

    private static (ScheduleBook Book, ChannelManager Channel, SimulatedExecutor Executor) Make(Programme programme)
    {
        var executor = new SimulatedExecutor();
        var book = new ScheduleBook([Channel("Europe/Berlin", s_start, []).With(_ => programme)]);
        var kind = new TranscodedChannel(ChannelProfile.Transcode(320, 180, new Rational(25, 1)));
        return (book, new ChannelManager(
            book.Channels[0], kind, book, new MasterClock(executor.Clock, s_start), executor, new ChannelOptions(), NullLoggerFactory.Instance), executor);
    }

    /// <summary>Returns a duration from a nanosecond to five minutes; most are short.</summary>
    private static Duration AnyDuration(Random random) => Duration.FromNanoseconds(random.Next(6) switch
    {
        0 => random.Next(1, 5),
        1 => 1_000_000,
        2 => random.NextInt64(1, 5_000_000),
        3 => random.NextInt64(1, 100) * 1_000_000,
        4 => random.NextInt64(1, 5) * 1_000_000_000,
        _ => random.NextInt64(1, 300_000_000_000),
    });

    private static Programme AnyProgramme(Random random) => Channel(
        "Europe/Berlin",
        s_start - (random.Next(2) == 0 ? Duration.Zero : AnyDuration(random)),
        // One item is long, in any place. Otherwise a plan of one second could have a thousand million entries.
        [.. Enumerable.Range(0, random.Next(6)).Select(_ => AnyDuration(random)).Append(Duration.FromMilliseconds(random.Next(500, 60_000))).OrderBy(_ => random.Next())],
        random.Next(2) == 0 ? null : [Duration.FromMilliseconds(random.Next(100, 60_000))]).Programme with { Repeats = random.Next(3) > 0 };
}
