using NodaTime;
using RetroVue.Media.Time;
using RetroVue.Runtime.Producers.Slates.Letters;
using RetroVue.Runtime.Schedules;

namespace RetroVue.Runtime.Tests.Channels;

/// <summary>A channel's slates report to the channel's log.</summary>
public sealed class ChannelSlateTests
{
    private static readonly Instant s_start = Instant.FromUtc(2026, 3, 29, 0, 0);

    [Test]
    public async Task Letters_of_a_title_that_no_font_has_are_told_once([Values] ProfileMode mode)
    {
        // The last character for private use, which no font has.
        const string title = "Retro \U0010fffd";
        string good = await TestFiles.MakeAsync(new Rational(25, 1), 300);
        string missing = Path.Combine(MadeMedia.Folder, "not-there.mp4");
        LetterFonts fonts = LetterFonts.OfSystem;
        lock (fonts.Gate)
        {
            fonts.ForgetNews();
        }

        var log = new RecordedLog();
        ChannelProfile profile = mode == ProfileMode.Copy ? ChannelProfile.Copy : ChannelProfile.Transcode(320, 180, new Rational(25, 1));
        var channel = new SimulatedChannel(
            s_start,
            profile,
            [
                ScheduleItem.Programme(missing, "first", Duration.FromSeconds(6)),
                ScheduleItem.Programme(good, title, Duration.FromSeconds(6)),
            ],
            loggerFactory: log,
            formatsOf: good);
        channel.Join();
        // Two slates air: at the start, and after the schedule's end, when it begins again.
        channel.Watch(Duration.FromSeconds(15));
        channel.Dispose();
        Assert.That(log.Lines, Has.Exactly(2).StartsWith("1100:"));
        Assert.That(log.Lines, Has.Exactly(1).StartsWith("1132:").And.Exactly(1).Contains("U+10FFFD").And.Exactly(1).Contains(title));
    }
}
