using System.Globalization;
using RetroVue.Media.Formats;
using RetroVue.Media.Time;
using RetroVue.Runtime.Output;

namespace RetroVue.Runtime.Tests.Output.AnyInput;

/// <summary>Compares what a viewer of a copied channel received of an item and the next one with what the files hold.</summary>
/// <param name="Sent">The stream that was received.</param>
/// <param name="Script">The packets of the item.</param>
/// <param name="Next">The packets of the next item.</param>
/// <param name="Zero">When the item begins.</param>
/// <param name="Join">When the viewer joined, from the item's beginning.</param>
/// <param name="End">When the viewer left.</param>
internal sealed record SentItems(SentStream Sent, MediaScript Script, MediaScript Next, ClockTime Zero, ClockTime Join, ClockTime End)
{
    // The time for which the next item is checked.
    private static readonly ClockTime s_next = ClockTime.FromSeconds(7);

    // Pictures that are shown less than a tick before an item's end belong to the next item.
    private static readonly ClockTime s_tick = ClockTime.FromNanoseconds(11_112);

    /// <summary>The rounding of times; one tick of 90 kHz unless it is set.</summary>
    public ClockTime Tick { get; init; } = s_tick;

    // The rounding beyond one tick of the stream.
    private ClockTime Slack => Tick - s_tick;

    /// <summary>Returns the times at which the pictures of an item are shown, in decoding order.</summary>
    public IEnumerable<ClockTime> Pictures(char item) => Sent.Pes.Where(pes => pes.Kind == MediaKind.Video && pes.IsOf(item)).Select(pes => pes.Pts);

    /// <summary>Returns the times at which the sound of an item is heard; null for the sound of all items.</summary>
    public IEnumerable<ClockTime> Sound(char? item = null) => Sent.Pes.Where(pes => pes.Kind == MediaKind.Audio)
        .SelectMany(pes => pes.Marks.Select((mark, i) => (mark.Item, Pts: pes.Pts + (Script.SoundStep * i))))
        .Where(sound => item is null || sound.Item == item)
        .Select(sound => sound.Pts);

    /// <summary>
    /// Asserts that the stream goes on with station time, and that every packet is sent before it is decoded and decoded before it is
    /// shown.
    /// </summary>
    public void AssertAlive()
    {
        Assert.That(Sent.Clock, Is.GreaterThan(End - ClockTime.FromMilliseconds(130)), "The clock goes on with station time.");
        Assert.That(Sent.LongestStep, Is.LessThan(ClockTime.FromMilliseconds(100)));
        foreach (IGrouping<MediaKind, SentPes> stream in Sent.Pes.GroupBy(pes => pes.Kind))
        {
            ClockTime last = ClockTime.None;
            foreach (SentPes pes in stream)
            {
                Assert.That(pes.Dts > last || last.IsNone, $"{pes.Kind} decoded at {pes.Dts} after {last}");
                Assert.That(pes.Dts, Is.LessThanOrEqualTo(pes.Pts));
                Assert.That(pes.SentAt.IsNone || pes.SentAt < pes.Dts, $"{pes.Kind} of {pes.Dts} sent at {pes.SentAt}");
                last = pes.Dts;
            }
        }
    }

    /// <summary>Asserts that the next item is there from its first picture on, with its sound.</summary>
    public void AssertNext()
    {
        ClockTime from = Zero + Script.Length;
        ClockTime[] pictures = [.. Pictures(Mark.Next)];
        int i = 0;
        foreach (ScriptedPacket packet in Next.Of(MediaKind.Video).TakeWhile(packet => packet.Pts < s_next))
        {
            bool isThere = i < pictures.Length && (pictures[i] - from - packet.Pts).Abs() <= Tick;
            Assert.That(isThere, $"picture {i} of the next item at {(i < pictures.Length ? pictures[i] - from : ClockTime.None)} instead of {packet.Pts}");
            i++;
        }

        int sound = Next.Of(MediaKind.Audio).Count(packet => packet.Pts < s_next);
        // The next item's first packet of sound may begin before the item's last one is over, so one packet may be missing.
        Assert.That(Sound().Count(pts => pts > from - Tick && pts < from + s_next - Tick), Is.GreaterThanOrEqualTo(sound - 1), "sound of the next item");
    }

    /// <summary>
    /// Asserts that, from where the viewer could begin, every picture and packet of sound of the item was sent at its time, and no other.
    /// </summary>
    /// <param name="unreadable">The packets that may be missing because they cannot be read; null for none.</param>
    public void AssertWhole(IReadOnlySet<(MediaKind Kind, int Number)>? unreadable = null)
    {
        List<ScriptedPacket> expected = [];
        HashSet<int> optional = [];
        bool isOver = false, isLost = false;
        // The viewer takes the first chunks 80 ms after the join. The granule that is being made then ends up to 40 ms later.
        ClockTime due = Join + ClockTime.FromMilliseconds(120), lastDecoded = -Zero;
        // If the viewer begins with pictures from long ago, it does not matter which picture is the first.
        ClockTime first = Sent.Pes.FirstOrDefault(pes => pes.Kind == MediaKind.Video && pes.IsOf(Mark.First))?.Pts - Zero + Tick ?? Join;
        ClockTime entry = Join - first > ChunkRing.LongestJoin ? first : Join;
        foreach (ScriptedPacket packet in Script.From(entry, unreadable).Where(packet => packet.Kind == MediaKind.Video))
        {
            // A picture that is shown within the rounding of the item's end may belong to either item. Then this is also so for the
            // pictures that are decoded after it.
            ClockTime left = Script.Length - s_tick - packet.Pts;
            if (left <= -Slack)
            {
                break;
            }

            isOver |= left <= Slack;
            if (isOver)
            {
                optional.Add(packet.Number);
            }

            if (expected.Count > 0 || packet.IsKeyFrame)
            {
                expected.Add(packet);
                bool isEntry = packet.IsKeyFrame && packet.Pts <= due;
                lastDecoded = isEntry ? packet.Dts : lastDecoded;
                isLost = isEntry ? MayBeMissing(packet) : isLost;
            }
        }

        ClockTime[] pictures = [.. Pictures(Mark.First)];
        int skipped = pictures.Length == 0 ? expected.Count : Math.Max(expected.FindIndex(packet => IsAt(packet, pictures[0])), 0), at = skipped;
        foreach (ClockTime picture in pictures)
        {
            while (at < expected.Count && !IsAt(expected[at], picture) && MayBeMissing(expected[at]))
            {
                at++;
            }

            bool isThere = at < expected.Count && IsAt(expected[at], picture);
            Assert.That(isThere, $"picture at {picture - Zero} of {expected.Count} from {expected.FirstOrDefault()?.Pts} instead of {(at < expected.Count ? expected[at].Pts : ClockTime.None)}");
            at++;
        }

        Assert.That(expected.Skip(at).FirstOrDefault(packet => !MayBeMissing(packet))?.Pts, Is.Null, "the first picture missing at the end");
        // A viewer begins with the last key frame that is due. This does not hold if the key frame cannot be read in time, or is so old
        // that it is not kept; files with such key frames are not admitted either.
        isLost |= due - lastDecoded > ChunkRing.LongestJoin - ClockTime.FromSeconds(1);
        bool mayBegin = isLost || expected.Take(skipped).All(MayBeMissing) || (skipped < expected.Count ? expected[skipped].IsKeyFrame && expected[skipped].Pts <= due : expected[^1].Pts <= due);
        Assert.That(mayBegin, $"{skipped} of {expected.Count} pictures are missing, the next is for {(skipped < expected.Count ? expected[skipped].Pts : ClockTime.None)}");
        AssertSound(pictures.Length > 0 ? pictures[0] : ClockTime.None, Zero + Script.Length - Tick, MayBeMissing);

        bool MayBeMissing(ScriptedPacket packet) => (packet.Kind == MediaKind.Video && optional.Contains(packet.Number)) || unreadable?.Contains((packet.Kind, packet.Number)) == true;

        bool IsAt(ScriptedPacket packet, ClockTime time) => (time - Zero - packet.Pts).Abs() <= Tick;
    }

    private void AssertSound(ClockTime firstPicture, ClockTime end, Func<ScriptedPacket, bool> mayBeMissing)
    {
        // Sound before the first picture is not needed. If there is no picture, sound that was sent half a second ahead has gone before the
        // viewer joined.
        ClockTime begin = firstPicture.IsNone
            ? Zero + Join + ClockTime.FromMilliseconds(800)
            : ClockTime.Max(firstPicture, Zero + Join) + ClockTime.FromMilliseconds(250);
        if (Sent.Pes[0] is { Kind: MediaKind.Video } first && first.IsOf(Mark.Next))
        {
            // The item has no picture after the join. The next item's first picture came while the viewer waited for a picture, so the
            // viewer began with it.
            Assert.That(Sent.Begin, Is.LessThan(Zero + Join + ChunkRing.LongestWait + ClockTime.FromMilliseconds(120)), "the wait for a picture");
            begin = first.Pts;
        }

        ClockTime[] wanted = [.. Script.From(Join).Where(packet => packet.Kind == MediaKind.Audio && !mayBeMissing(packet)).Select(packet => Zero + packet.Pts).Where(pts => pts >= begin && pts < end)];
        // The sound of a slate may be heard after the item's end, but not before.
        HashSet<long> heard = [.. Sound().Select(Milliseconds)];
        ClockTime[] missing = [.. wanted.Where(pts => !heard.Overlaps([Milliseconds(pts), Milliseconds(pts) - 1, Milliseconds(pts) + 1]))];
        Assert.That(missing, Is.Empty, string.Create(CultureInfo.InvariantCulture, $"{missing.Length} of {wanted.Length} packets of sound are missing, from {missing.FirstOrDefault()} to {missing.LastOrDefault()}; first picture {firstPicture}"));

        static long Milliseconds(ClockTime time) => time.Nanoseconds / 1_000_000;
    }
}
