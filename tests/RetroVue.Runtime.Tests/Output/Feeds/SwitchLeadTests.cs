using NodaTime;
using RetroVue.Media.Time;
using RetroVue.Runtime.Output;
using RetroVue.Runtime.Schedules;
using RetroVue.Runtime.Tests.Channels;
using Duration = NodaTime.Duration;

namespace RetroVue.Runtime.Tests.Output.Feeds;

/// <summary>An output keeps the lead that it publishes, whenever it is asked for a switch.</summary>
public sealed class SwitchLeadTests
{
    private static readonly Instant s_start = Instant.FromUtc(2026, 3, 1, 12, 0);

    [Test]
    public async Task Switch_as_near_as_the_lead_is_accepted_at_any_time([Values(0, 5, 10, 25, 50)] int transcodedRate)
    {
        string file = await TestFiles.MakeAsync(new Rational(25, 1), 25 * 20);
        ChannelProfile profile = transcodedRate == 0 ? ChannelProfile.Copy : ChannelProfile.Transcode(320, 180, new Rational(transcodedRate, 1));
        using var channel = new SimulatedChannel(s_start, profile, [(file, Duration.FromSeconds(20))]);
        channel.Watch(Duration.FromSeconds(3));
        channel.Join();
        ChannelOutput output = channel.Session!.Output;
        // The lead also holds while the output still catches up with station time: it has not taken more of the feed by then.
        for (int i = 0; i < 200; i++)
        {
            ChannelFeed feed = output.OpenFeed("other");
            ClockTime lead = output.SwitchLead;
            Assert.That(output.SwitchAt(feed, channel.Line.ToInstant(channel.Line.Now + lead)), Is.True, $"{i}: {lead}");
            Assert.That(output.Revoke(feed), Is.True);
            channel.Watch(Duration.FromMilliseconds(73));
        }

        // In a copied channel the lead is 0.7 s at most. In a transcoded channel it is 0.79 s, a block of sound of less than 25 ms, and
        // twelve and a half frames.
        double most = transcodedRate == 0 ? 0.7 : 0.815 + (12.5 / transcodedRate);
        Assert.That(output.SwitchLead.Nanoseconds / 1e9, Is.LessThanOrEqualTo(most));
    }
}
