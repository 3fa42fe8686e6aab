using System.Globalization;
using RetroVue.Media.Formats;
using RetroVue.Media.Time;
using RetroVue.Runtime.Output;

namespace RetroVue.Runtime.Tests.Output.AnyInput;

/// <summary>What a viewer of a copied channel got of an item and the next one, and what had to come.</summary>
/// <param name="Sent">What came.</param>
/// <param name="Script">What the item holds.</param>
/// <param name="Next">What the next one holds.</param>
/// <param name="Zero">When the item begins.</param>
/// <param name="Join">How long after that the viewer came.</param>
/// <param name="End">When the viewer left.</param>
internal sealed record SentItems(SentStream Sent, MediaScript Script, MediaScript Next, ClockTime Zero, ClockTime Join, ClockTime End)
{
    // How long the next item is looked at.
    private static readonly ClockTime s_next = ClockTime.FromSeconds(7);

    // What is shown less than a tick before the end belongs to what follows.
    private static readonly ClockTime s_tick = ClockTime.FromNanoseconds(11_112);

    /// <summary>How much times may be rounded; to whole ticks of 90 kHz unless told.</summary>
    public ClockTime Tick { get; init; } = s_tick;

    // How much more than a tick of the stream.
    private ClockTime Slack => Tick - s_tick;

    /// <summary>When the pictures of an item are shown, in the order of decoding.</summary>
    public IEnumerable<ClockTime> Pictures(char item) => Sent.Pes.Where(pes => pes.Kind == MediaKind.Video && pes.IsOf(item)).Select(pes => pes.Pts);

    /// <summary>When the sound of an item is heard; null: of any.</summary>
    public IEnumerable<ClockTime> Sound(char? item = null) => Sent.Pes.Where(pes => pes.Kind == MediaKind.Audio)
        .SelectMany(pes => pes.Marks.Select((mark, i) => (mark.Item, Pts: pes.Pts + (Script.SoundStep * i))))
        .Where(sound => item is null || sound.Item == item)
        .Select(sound => sound.Pts);

    /// <summary>The stream goes on with station time, and all in it is sent before it is decoded, and decoded before it is shown.</summary>
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

    /// <summary>The next item is there from its first picture on, and its sound.</summary>
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
        // The first may come before the last item's last one is over.
        Assert.That(Sound().Count(pts => pts > from - Tick && pts < from + s_next - Tick), Is.GreaterThanOrEqualTo(sound - 1), "sound of the next item");
    }

    /// <summary>What was to be aired was, from where the viewer could begin, at its time and no other.</summary>
    /// <param name="unreadable">What may be missing, for nobody can read it; null for nothing.</param>
    public void AssertWhole(IReadOnlySet<(MediaKind Kind, int Number)>? unreadable = null)
    {
        List<ScriptedPacket> expected = [];
        HashSet<int> optional = [];
        bool isOver = false, isLost = false;
        // The first look is 80 ms after the join, in the granule that ends then.
        ClockTime due = Join + ClockTime.FromMilliseconds(120), lastDecoded = -Zero;
        // Of pictures from long ago it does not matter with which the item is entered.
        ClockTime first = Sent.Pes.FirstOrDefault(pes => pes.Kind == MediaKind.Video && pes.IsOf(Mark.First))?.Pts - Zero + Tick ?? Join;
        ClockTime entry = Join - first > ChunkRing.LongestJoin ? first : Join;
        foreach (ScriptedPacket packet in Script.From(entry, unreadable).Where(packet => packet.Kind == MediaKind.Video))
        {
            // What is shown as good as at the end may end the item or belong to it, and then what is decoded after it does too.
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
        // A viewer begins with the last key frame that is due, unless it cannot be read in time; one from long ago is not kept, nor are such files admitted.
        isLost |= due - lastDecoded > ChunkRing.LongestJoin - ClockTime.FromSeconds(1);
        bool mayBegin = isLost || expected.Take(skipped).All(MayBeMissing) || (skipped < expected.Count ? expected[skipped].IsKeyFrame && expected[skipped].Pts <= due : expected[^1].Pts <= due);
        Assert.That(mayBegin, $"{skipped} of {expected.Count} pictures are missing, the next is for {(skipped < expected.Count ? expected[skipped].Pts : ClockTime.None)}");
        AssertSound(pictures.Length > 0 ? pictures[0] : ClockTime.None, Zero + Script.Length - Tick, MayBeMissing);

        bool MayBeMissing(ScriptedPacket packet) => (packet.Kind == MediaKind.Video && optional.Contains(packet.Number)) || unreadable?.Contains((packet.Kind, packet.Number)) == true;

        bool IsAt(ScriptedPacket packet, ClockTime time) => (time - Zero - packet.Pts).Abs() <= Tick;
    }

    private void AssertSound(ClockTime firstPicture, ClockTime end, Func<ScriptedPacket, bool> mayBeMissing)
    {
        // Sound of before the first picture is not wanted; where there is none, what is sent half a second ahead has gone.
        ClockTime begin = firstPicture.IsNone
            ? Zero + Join + ClockTime.FromMilliseconds(800)
            : ClockTime.Max(firstPicture, Zero + Join) + ClockTime.FromMilliseconds(250);
        if (Sent.Pes[0] is { Kind: MediaKind.Video } first && first.IsOf(Mark.Next))
        {
            // The item has no picture from the join on, and the next one's first came within the wait for one: the viewer began there.
            Assert.That(Sent.Begin, Is.LessThan(Zero + Join + ChunkRing.LongestWait + ClockTime.FromMilliseconds(120)), "the wait for a picture");
            begin = first.Pts;
        }

        ClockTime[] wanted = [.. Script.From(Join).Where(packet => packet.Kind == MediaKind.Audio && !mayBeMissing(packet)).Select(packet => Zero + packet.Pts).Where(pts => pts >= begin && pts < end)];
        // A slate may be heard after the end, never before.
        HashSet<long> heard = [.. Sound().Select(Milliseconds)];
        ClockTime[] missing = [.. wanted.Where(pts => !heard.Overlaps([Milliseconds(pts), Milliseconds(pts) - 1, Milliseconds(pts) + 1]))];
        Assert.That(missing, Is.Empty, string.Create(CultureInfo.InvariantCulture, $"{missing.Length} of {wanted.Length} packets of sound are missing, from {missing.FirstOrDefault()} to {missing.LastOrDefault()}; first picture {firstPicture}"));

        static long Milliseconds(ClockTime time) => time.Nanoseconds / 1_000_000;
    }
}
