using NodaTime;
using RetroVue.Media.FFmpeg.Containers;
using RetroVue.Media.Elements.Hls;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using RetroVue.Runtime.Channels;
using RetroVue.Runtime.Hls;
using RetroVue.Runtime.Output;
using RetroVue.Runtime.Schedules;

namespace RetroVue.Runtime.Tests.Channels;

/// <summary>
/// Channels of real files keep the rules of HLS while viewers come and go. A player that starts anew has enough media to play.
/// </summary>
public sealed class HlsRulesTests
{
    private static readonly Instant s_start = Instant.FromUtc(2026, 3, 29, 0, 0);
    private static readonly Duration s_step = Duration.FromMilliseconds(40);

    /// <summary>Key frames from 0.2 to 4 s apart, and sound as long as the pictures.</summary>
    private static (string, Duration) Irregular => (
        MadeMedia.Make(
            "hls-irregular.mp4",
            "-f lavfi -i testsrc=size=320x180:rate=25:duration=12.4 -f lavfi -i sine=frequency=440:sample_rate=48000:duration=12.4 "
            + "-c:v libx264 -preset ultrafast -bf 2 -g 250 -x264-params scenecut=0 -force_key_frames 0,0.2,0.6,4.6,4.8,8.2,10.4 -pix_fmt yuv420p -c:a aac -ac 2"),
        Duration.FromSeconds(12.4));

    /// <summary>Sound that goes on for 2.4 s after the last picture.</summary>
    private static (string, Duration) LongSound => (
        MadeMedia.Make(
            "hls-long-sound.mp4",
            "-f lavfi -i testsrc2=size=320x180:rate=25:duration=5 -f lavfi -i sine=frequency=880:sample_rate=48000:duration=7.4 "
            + "-c:v libx264 -preset ultrafast -bf 2 -g 96 -x264-params scenecut=0 -pix_fmt yuv420p -c:a aac -ac 2"),
        Duration.FromSeconds(7.4));

    /// <summary>The file lasts half of its time in the schedule. In the second half a slate airs.</summary>
    private static (string, Duration) Short => (Irregular.Item1, Duration.FromSeconds(24));

    [TearDown]
    public void Nothing_is_left() => Assert.That(MediaBuffer.LiveCount, Is.Zero);

    [Test]
    public void Playlists_keep_the_rules_and_players_never_wait(
        [Values] ProfileMode mode, [Values(300, 13_000, 21_500)] int milliseconds)
    {
        ChannelProfile profile = mode == ProfileMode.Copy ? ChannelProfile.Copy : ChannelProfile.Transcode(320, 180, new Rational(25, 1));
        ChannelRates? rates = CopyAdmission.Decide(new[] { Irregular.Item1, LongSound.Item1 }.Select(file => CopyCandidate.Of(file, MediaProbe.Probe(file)))).Rates;
        Assert.That(rates, Is.Not.Null);
        var channel = new SimulatedChannel(s_start, profile, [Irregular, LongSound, LongSound, Short], rates: rates);
        HlsSegmenter? segmenter = null;
        var rules = new HlsRules(ChannelLine.DefaultEpoch.ToDateTimeUtc(), address => Read(segmenter!, address)) { MostWait = TimeSpan.FromSeconds(4.5) };
        channel.Executor.RunFor(ClockTime.FromMilliseconds(milliseconds));
        for (int run = 0; run < 2; run++)
        {
            channel.Join(isHls: true);
            segmenter = HlsStream.Of(channel.Session!.Output).Segmenter;
            rules.MostBitRate = channel.Session.Output.Kind.Rates.Peak;
            List<HlsPlayerModel> players = [new()];
            for (int second = 0; second < 60; second++)
            {
                if (second == 25)
                {
                    players.Add(new HlsPlayerModel());
                }

                for (int step = 0; step < 25; step++)
                {
                    channel.Watch(s_step);
                    channel.Forget();
                    channel.Manager.Touch(channel.Session.Id);
                    DateTime now = channel.Clock.UtcNow.ToDateTimeUtc();
                    rules.Look(segmenter.Playlist?.ToText(), now);
                    if (rules.Last.Count > 0)
                    {
                        players.ForEach(player => player.GoOn(rules.Last, rules.Target, now));
                    }
                }

                // The playlist begins with media from before the join. If the channel's schedule began only a moment before the join, there
                // is none at first.
                Assert.That(second < (run == 0 && milliseconds < 12_000 ? 12 : 1) || rules.Last.Count > 0, Is.True, "the playlist is there at once");
            }

            Assert.That(rules.Target, Is.EqualTo(mode == ProfileMode.Copy ? 4 : 2));
            channel.Leave();
            channel.Watch(Duration.FromSeconds(12));
            Assert.That(channel.Manager.Output, Is.Null, "off the air");
            rules.Restart();
        }

        channel.Dispose();
    }

    private static byte[]? Read(HlsSegmenter segmenter, string address)
    {
        using HlsSegment? segment = segmenter.Open(Path.GetFileNameWithoutExtension(address));
        return segment is null ? null : [.. Enumerable.Range(0, segment.PartCount).SelectMany(part => segment.Part(part).ToArray())];
    }
}
