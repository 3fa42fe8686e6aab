using NodaTime;
using RetroVue.Media.Elements.Hls;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using RetroVue.Runtime.Channels;
using RetroVue.Runtime.Hls;
using RetroVue.Runtime.Output;
using RetroVue.Runtime.Schedules;

namespace RetroVue.Runtime.Tests.Channels;

/// <summary>The first viewer of a channel's segments can play some at once, even if the programme has only just begun.</summary>
public sealed class HlsJoinTests
{
    private const int Seconds = 12;

    private static readonly Rational s_rate = new(25, 1);
    private static readonly Instant s_start = Instant.FromUtc(2026, 3, 29, 0, 0);

    // A moment after the boundary at 12 s, some seconds after it, and in the middle of the second item.
    [Test]
    public async Task First_viewer_of_segments_has_seconds_to_play_whatever_aired_then(
        [Values] ProfileMode mode, [Values(12_200, 15_500, 21_000)] int milliseconds)
    {
        string file = await TestFiles.MakeAsync(s_rate, Seconds * s_rate.Numerator);
        ChannelProfile profile = mode == ProfileMode.Copy ? ChannelProfile.Copy : ChannelProfile.Transcode(320, 180, s_rate);
        var channel = new SimulatedChannel(s_start, profile, [(file, Duration.FromSeconds(Seconds))]);
        channel.Executor.RunFor(ClockTime.FromMilliseconds(milliseconds));
        ClockTime joined = channel.Line.Now;
        channel.Join(isHls: true);
        HlsSegmenter segmenter = HlsStream.Of(channel.Session!.Output).Segmenter;

        // The channel may take a quarter of a second to catch up.
        channel.Watch(Duration.FromMilliseconds(250));
        HlsPlaylist first = segmenter.Playlist!;
        Assert.That(first, Is.Not.Null, "a playlist at once");
        // A player begins three target durations before the end of the playlist, if the programme has aired for as long as that.
        ClockTime wanted = ClockTime.Min(channel.Session.Output.Kind.KeyFrameInterval * 3, ClockTime.FromSeconds(10));
        Assert.That(first.Duration, Is.GreaterThanOrEqualTo(wanted));
        Assert.That(joined - first.Entries[^1].End, Is.LessThan(channel.Session.Output.Kind.KeyFrameInterval + ClockTime.FromMilliseconds(250)));

        channel.Watch(Duration.FromSeconds(3));
        HlsPlaylist last = segmenter.Playlist!;
        Assert.That(last.Entries[0].Number, Is.EqualTo(first.Entries[0].Number), "within the window of six");
        string path = Path.Combine(MadeMedia.Folder, $"hls-join-{mode}-{milliseconds}.ts");
        await WriteAsync(segmenter, last, path);
        ClockTime start = channel.Line.At(s_start);
        channel.Dispose();

        IReadOnlyList<(ClockTime Pts, long Number)> frames = await ReceivedFrames.ReadAsync(path);
        // All pictures of the playlist are there, except for pictures at its end that need a later picture for decoding.
        Assert.That(frames, Has.Count.GreaterThan((int)last.Duration.ToUnits(s_rate.Inverse) - 5));
        ClockTime offset = last.Entries[0].Pts - frames[0].Pts;
        for (int i = 0; i < frames.Count; i++)
        {
            long position = (frames[i].Pts + offset - start).ToUnits(s_rate.Inverse);
            Assert.That(frames[i].Number, Is.EqualTo(position % (Seconds * s_rate.Numerator)), $"{frames[i].Pts + offset - start} after the start");
            // Each time may be off by one tick of 90 kHz (11 µs), so a difference of times may be off by two ticks.
            Assert.That((frames[i].Pts - frames[0].Pts).Nanoseconds, Is.EqualTo(40_000_000.0 * i).Within(25_000), "every frame, also over the boundary");
        }

        Assert.That(MediaBuffer.LiveCount, Is.Zero);
    }

    private static async Task WriteAsync(HlsSegmenter segmenter, HlsPlaylist playlist, string path)
    {
        await using FileStream file = File.Create(path);
        foreach (HlsEntry entry in playlist.Entries)
        {
            using HlsSegment segment = segmenter.Open(entry.Number)!;
            for (int part = 0; part < segment.PartCount; part++)
            {
                file.Write(segment.Part(part));
            }
        }
    }
}
