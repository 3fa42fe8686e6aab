using NodaTime;
using RetroVue.Media.FFmpeg.Containers;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using RetroVue.Runtime.Schedules;

namespace RetroVue.Runtime.Tests.Channels.Seams;

/// <summary>A copied channel of stretches of files, and whether a decoder shows the files' own pictures of it, each at its time.</summary>
internal sealed class AiredSeams
{
    private const int PacketSize = 188;
    private const int PicturePid = 0x100;

    private static readonly Instant s_start = Instant.FromUtc(2026, 3, 29, 0, 0);

    /// <summary>Times on the wire and in Matroska are rounded.</summary>
    private static readonly ClockTime s_rounding = ClockTime.FromMilliseconds(1);

    /// <summary>A stamp on the wire is a whole tick of 90 kHz.</summary>
    private static readonly ClockTime s_tick = ClockTime.FromMicroseconds(12);

    private readonly SeamItem[] _items;
    private readonly DecodedPictures _decoded;
    private readonly ClockTime _zero;
    private readonly IReadOnlyCollection<string> _log;

    private AiredSeams(SeamItem[] items, string path, ClockTime zero, IReadOnlyCollection<string> log)
    {
        (_items, Path, _zero, _log) = (items, path, zero, log);
        _decoded = DecodedPictures.Of(path);
    }

    /// <summary>What was received, up to its last whole picture.</summary>
    public string Path { get; }

    /// <summary>What was logged.</summary>
    public IReadOnlyCollection<string> Log => _log;

    /// <summary>Watches a channel of these from a time in its first item on until the last one is over.</summary>
    public static AiredSeams Watch(SeamItem[] items, string name, Duration join = default)
    {
        // With a context of the test runner's, continuations would go over the thread pool.
        SynchronizationContext.SetSynchronizationContext(null);
        using var log = new RecordedLog();
        var channel = new SimulatedChannel(s_start, ChannelProfile.Copy, [.. items.Select(item => item.Scheduled)], loggerFactory: log);
        ClockTime zero = channel.Line.Now;
        channel.Executor.RunFor(ClockTime.FromMilliseconds((long)join.TotalMilliseconds));
        channel.Join();
        // Until the first one has begun again: the recording ends within a picture.
        channel.Watch(items.Aggregate(Duration.FromSeconds(2) - join, (sum, item) => sum + item.Length));
        channel.Dispose();
        string path = System.IO.Path.Combine(MadeMedia.Folder, $"{name}.ts");
        File.WriteAllBytes(path, WholePictures(channel.Received));
        Assert.That(MediaBuffer.LiveCount, Is.Zero);
        return new AiredSeams(items, path, zero, log.Lines);
    }

    /// <summary>
    /// Everything decodes, every picture is the one that the schedule wants at its time, in order, without a hole but where an item is
    /// entered and left.
    /// </summary>
    /// <param name="entry">The most that may be missing where an item is entered.</param>
    /// <param name="exit">How long before its end an item's last picture may begin.</param>
    /// <param name="step">How far pictures are apart.</param>
    public void AssertAllAsWanted(ClockTime entry, ClockTime exit, ClockTime step)
    {
        Assert.That(_decoded.Errors, Is.Empty, $"what ffmpeg says of the channel of {this}");
        Assert.That(_log, Is.Empty);
        ClockTime begin = ClockTime.Zero;
        foreach (SeamItem item in _items)
        {
            ClockTime end = begin + Time(item.Length);
            var aired = _decoded.Pictures.Select(picture => (Time: OnLine(picture.Pts), picture.Hash))
                .Where(picture => picture.Time >= begin - s_tick && picture.Time < end - s_tick).ToArray();
            Assert.That(aired, Is.Not.Empty, $"pictures of {item}");
            // Of the first item, the join decides.
            Assert.That(begin == ClockTime.Zero || aired[0].Time - begin <= entry + s_rounding, $"first picture of {item} {aired[0].Time - begin} after its start in {this}");
            ClockTime last = ClockTime.None;
            foreach ((ClockTime time, string hash) in aired)
            {
                Assert.That(Find(item, time - begin), Is.EqualTo(hash), $"picture at {time} of {item} in {this}");
                Assert.That(last.IsNone || (time - last - step).Abs() <= s_rounding * 2, $"picture at {time} after {last} of {item} in {this}");
                last = time;
            }

            Assert.That(end - last, Is.LessThanOrEqualTo(exit + s_rounding), $"last picture of {item} at {last}, {end - last} before its end, in {this}");
            begin = end;
        }

        // What is sent ahead of its time begins with the first item again.
        Assert.That(_decoded.Pictures.Select(picture => OnLine(picture.Pts)), Is.All.GreaterThan(-s_rounding));
        Assert.That(_decoded.Pictures.Zip(_decoded.Pictures.Skip(1), (a, b) => b.Pts > a.Pts), Is.All.True, $"order in {this}");
    }

    public override string ToString() => string.Join(", ", _items.Select(item => item.ToString()));

    /// <summary>How a file's picture looks that is shown at a time of a stretch of it; null where there is none.</summary>
    private static string? Find(SeamItem item, ClockTime time)
    {
        ClockTime wanted = StartOf(item.File) + Time(item.In) + time;
        foreach ((ClockTime pts, string hash) in DecodedPictures.OfSource(item.File).Pictures)
        {
            if ((pts - wanted).Abs() <= s_rounding)
            {
                return hash;
            }
        }

        return null;
    }

    private static ClockTime StartOf(string file)
    {
        using var demuxer = new FileDemuxer("start", file);
        demuxer.Open();
        return demuxer.Info.StartTime;
    }

    private static ClockTime Time(Duration duration) => ClockTime.FromNanoseconds((long)duration.TotalNanoseconds);

    /// <summary>A time on the wire, which is modulo 2^33 ticks of 90 kHz, since the channel's start.</summary>
    private ClockTime OnLine(ClockTime pts)
    {
        long wrap = ClockTime.FromUnits(1L << 33, new Rational(1, 90_000)).Nanoseconds;
        return ClockTime.FromNanoseconds((((pts.Nanoseconds - (_zero.Nanoseconds % wrap) + wrap + (wrap / 2)) % wrap) - (wrap / 2)));
    }

    /// <summary>The stream without its last picture, in which the recording ends.</summary>
    public static byte[] WholePictures(byte[] received)
    {
        for (int at = received.Length - PacketSize; at > 0; at -= PacketSize)
        {
            bool begins = (received[at + 1] & 0x40) != 0;
            if (begins && (((received[at + 1] & 0x1F) << 8) | received[at + 2]) == PicturePid)
            {
                return received[..at];
            }
        }

        return received;
    }
}
