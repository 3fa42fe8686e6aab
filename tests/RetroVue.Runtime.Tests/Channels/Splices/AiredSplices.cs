using NodaTime;
using RetroVue.Media.FFmpeg.Containers;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using RetroVue.Runtime.Schedules;

namespace RetroVue.Runtime.Tests.Channels.Splices;

/// <summary>Airs parts of files on a copied channel, and checks that a decoder shows the files' own pictures, each at its time.</summary>
internal sealed class AiredSplices
{
    private const int PacketSize = 188;
    private const int PicturePid = 0x100;

    private static readonly Instant s_start = Instant.FromUtc(2026, 3, 29, 0, 0);

    /// <summary>The tolerance of times, because times on the wire and in Matroska are rounded.</summary>
    private static readonly ClockTime s_rounding = ClockTime.FromMilliseconds(1);

    /// <summary>The unit of time stamps on the wire, 1/90 000 s, rounded up.</summary>
    private static readonly ClockTime s_tick = ClockTime.FromMicroseconds(12);

    private readonly SpliceItem[] _items;
    private readonly DecodedPictures _decoded;
    private readonly ClockTime _zero;
    private readonly IReadOnlyCollection<string> _log;

    private AiredSplices(SpliceItem[] items, string path, ClockTime zero, IReadOnlyCollection<string> log)
    {
        (_items, Path, _zero, _log) = (items, path, zero, log);
        _decoded = DecodedPictures.Of(path);
    }

    /// <summary>The file with the received stream, up to its last whole picture.</summary>
    public string Path { get; }

    /// <summary>The lines that were logged.</summary>
    public IReadOnlyCollection<string> Log => _log;

    /// <summary>Airs the items on a channel, and watches from a time in the first item until the last one is over.</summary>
    public static AiredSplices Watch(SpliceItem[] items, string name, Duration join = default)
    {
        // With a synchronization context of the test runner, continuations would run on the thread pool and not in the simulation.
        SynchronizationContext.SetSynchronizationContext(null);
        using var log = new RecordedLog();
        var channel = new SimulatedChannel(s_start, ChannelProfile.Copy, [.. items.Select(item => item.Scheduled)], loggerFactory: log);
        ClockTime zero = channel.Line.Now;
        channel.Executor.RunFor(ClockTime.FromMilliseconds((long)join.TotalMilliseconds));
        channel.Join();
        // The channel begins the first item again at the end, and the recording ends in the middle of a picture of it.
        channel.Watch(items.Aggregate(Duration.FromSeconds(2) - join, (sum, item) => sum + item.Length));
        channel.Dispose();
        string path = System.IO.Path.Combine(MadeMedia.Folder, $"{name}.ts");
        File.WriteAllBytes(path, WholePictures(channel.Received));
        Assert.That(MediaBuffer.LiveCount, Is.Zero);
        return new AiredSplices(items, path, zero, log.Lines);
    }

    /// <summary>
    /// Asserts that everything decodes, and that every picture is the one that the schedule wants at its time. Pictures are in order, and
    /// none is missing but where an item begins and ends.
    /// </summary>
    /// <param name="entry">The longest time that may be missing where an item begins.</param>
    /// <param name="exit">The longest time from an item's last picture to the end of the item.</param>
    /// <param name="step">The time from one picture to the next.</param>
    public void AssertAllAsWanted(ClockTime entry, ClockTime exit, ClockTime step)
    {
        Assert.That(_decoded.Errors, Is.Empty, $"what ffmpeg says of the channel of {this}");
        Assert.That(_log, Is.Empty);
        ClockTime begin = ClockTime.Zero;
        foreach (SpliceItem item in _items)
        {
            ClockTime end = begin + Time(item.Length);
            var aired = _decoded.Pictures.Select(picture => (Time: OnLine(picture.Pts), picture.Hash))
                .Where(picture => picture.Time >= begin - s_tick && picture.Time < end - s_tick).ToArray();
            Assert.That(aired, Is.Not.Empty, $"pictures of {item}");
            // The first item begins where the viewer joins.
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

        // The pictures after the last item are of the first item, which begins again. They are in order too.
        Assert.That(_decoded.Pictures.Select(picture => OnLine(picture.Pts)), Is.All.GreaterThan(-s_rounding));
        Assert.That(_decoded.Pictures.Zip(_decoded.Pictures.Skip(1), (a, b) => b.Pts > a.Pts), Is.All.True, $"order in {this}");
    }

    public override string ToString() => string.Join(", ", _items.Select(item => item.ToString()));

    /// <summary>Returns the hash of the file's picture that the item shows at a time after its start; null if there is none.</summary>
    private static string? Find(SpliceItem item, ClockTime time)
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

    /// <summary>Converts a time on the wire, which is modulo 2^33 ticks of 90 kHz, to a time since the channel's start.</summary>
    private ClockTime OnLine(ClockTime pts)
    {
        long wrap = ClockTime.FromUnits(1L << 33, new Rational(1, 90_000)).Nanoseconds;
        return ClockTime.FromNanoseconds((((pts.Nanoseconds - (_zero.Nanoseconds % wrap) + wrap + (wrap / 2)) % wrap) - (wrap / 2)));
    }

    /// <summary>Returns the stream without its last picture, because the recording ends in the middle of that.</summary>
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
