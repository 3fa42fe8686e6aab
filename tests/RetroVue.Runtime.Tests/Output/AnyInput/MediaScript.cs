using System.Globalization;
using RetroVue.Media.Formats;
using RetroVue.Media.Time;

namespace RetroVue.Runtime.Tests.Output.AnyInput;

/// <summary>The packets of an invented file, in the order of the file.</summary>
/// <param name="Packets">The packets, in the order of the file.</param>
/// <param name="Length">The time for which the file is scheduled.</param>
/// <param name="HasTrueTimes">False if times repeat, jump or go back.</param>
/// <param name="TellsGaps">True if the reader announces gaps of a stream, as a demuxer does.</param>
/// <param name="Description">How the file was made, for messages.</param>
internal sealed record MediaScript(IReadOnlyList<ScriptedPacket> Packets, ClockTime Length, bool HasTrueTimes, bool TellsGaps, string Description)
{
    /// <summary>The length of a packet of MPEG audio, layer II, at 48 kHz.</summary>
    private static readonly ClockTime s_soundStep = ClockTime.FromUnits(1, new Rational(1152, 48_000));

    /// <summary>The time for which a packet of sound lasts.</summary>
    public ClockTime SoundStep { get; init; } = s_soundStep;

    /// <summary>
    /// The number of pictures before any was left out. The pictures of a group have numbers from a multiple of <see cref="Group"/> on.
    /// </summary>
    public int PictureCount { get; init; }

    /// <summary>The number of pictures from one key frame to the next.</summary>
    public int Group { get; init; } = 1;

    /// <summary>The number of B-frames between two pictures that others refer to.</summary>
    public int Between { get; init; }

    public IEnumerable<ScriptedPacket> Of(MediaKind kind) => Packets.Where(packet => packet.Kind == kind);

    /// <summary>Makes a file without a fault, of twenty-five pictures a second and sound.</summary>
    public static MediaScript Regular(ClockTime length)
    {
        var step = ClockTime.FromMilliseconds(40);
        return Shown([.. Enumerable.Range(0, (int)(length.Nanoseconds / step.Nanoseconds)).Select(i => step * i)], length, 25, 0, s_soundStep) with { Description = "regular" };
    }

    /// <summary>Makes a file without a fault, of sound and of pictures that are shown at the given times.</summary>
    public static MediaScript Shown(List<ClockTime> shown, ClockTime length, int group, int between, ClockTime soundStep) =>
        new([.. Interleave(Order(shown, group, between, length), Sound(length, soundStep), ClockTime.Zero)], length, true, true, "shown")
        {
            SoundStep = soundStep,
            PictureCount = shown.Count,
            Group = group,
            Between = between,
        };

    /// <summary>Makes a random file.</summary>
    /// <param name="random">The source of chance.</param>
    /// <param name="isReordered">True if the pictures may be decoded in another order than they are shown.</param>
    /// <param name="mayBeWrong">True if times may be wrong.</param>
    /// <param name="soundStep">The time for which a packet of sound lasts; null for MPEG audio, layer II, at 48 kHz.</param>
    public static MediaScript Create(Random random, bool isReordered, bool mayBeWrong = true, ClockTime? soundStep = null)
    {
        ClockTime packet = soundStep ?? s_soundStep;
        double slowest = Math.Log(30), fastest = Math.Log(1.0 / 120);
        double step = Math.Exp(fastest + (random.NextDouble() * (slowest - fastest)));
        bool isVariable = random.Next(3) == 0;
        // There are seldom more than some thousand pictures, and always some.
        double seconds = Math.Clamp(step * random.Next(3, 1500), 4 + (random.NextDouble() * 10), 90);
        ClockTime length = Seconds(seconds);
        Rational[] ticks = [new(1, 90_000), new(1, 1000), new(1, 1_000_000_000)];
        Rational tick = ticks[random.Next(3)];
        List<ClockTime> shown = [];
        for (double time = random.Next(4) == 0 ? random.NextDouble() * seconds / 2 : 0; time < seconds && shown.Count < 4000;)
        {
            shown.Add(Round(Seconds(time), tick));
            double next = isVariable ? Math.Exp(fastest + (random.NextDouble() * (Math.Log(Math.Max(step, 0.02)) - fastest))) : step;
            time += Math.Max(next, 0.005);
        }

        // A copied channel admits key frames that are at most four seconds apart. So groups are no longer than that, unless a picture alone
        // lasts longer.
        int between = isReordered ? random.Next(4) : 0;
        int group = random.Next(1, Math.Max(2, Math.Min(60, (int)(4 / step))));
        List<ScriptedPacket> pictures = [.. Order(shown, group, between, length)];
        List<ScriptedPacket> sound = [.. Sound(length, packet).Select(sound => sound with { Pts = Round(sound.Pts, tick), Dts = Round(sound.Pts, tick) })];
        string faults = Spoil(random, pictures, sound, seconds);
        ClockTime skew = Seconds((random.NextDouble() * 2) - 1);
        ScriptedPacket[] packets = [.. Interleave(pictures, sound, skew)];
        bool hasTrueTimes = !mayBeWrong || random.Next(4) > 0;
        faults += hasTrueTimes ? "" : Falsify(random, packets);
        // The scheduled time is shorter than the file, longer, or the same.
        ClockTime slot = random.Next(3) switch { 0 => length, 1 => Seconds(seconds * (0.3 + random.NextDouble() * 0.7)), _ => Seconds(seconds + (random.NextDouble() * 10)) };
        string text = string.Create(
            CultureInfo.InvariantCulture,
            $"{shown.Count} pictures every {step:0.####} s{(isVariable ? " or so" : "")}, groups of {group}, {between} between, tick 1/{tick.Denominator}, {seconds:0.##} s in {slot}, skew {skew}{faults}");
        return new MediaScript(packets, slot, hasTrueTimes, random.Next(3) > 0, text)
        {
            SoundStep = packet,
            PictureCount = shown.Count,
            Group = group,
            Between = between,
        };
    }

    /// <summary>Returns the packets as they are read from a position on: from the last key frame before it.</summary>
    /// <param name="position">The position.</param>
    /// <param name="unreadable">The packets that cannot be read, and so cannot be the first; null for none.</param>
    public IReadOnlyList<ScriptedPacket> From(ClockTime position, IReadOnlySet<(MediaKind Kind, int Number)>? unreadable = null)
    {
        if (position <= ClockTime.Zero)
        {
            return Packets;
        }

        int key = -1;
        for (int i = 0; i < Packets.Count; i++)
        {
            bool isKey = Packets[i] is { Kind: MediaKind.Video, IsKeyFrame: true } packet && packet.Pts <= position;
            key = isKey && unreadable?.Contains((MediaKind.Video, Packets[i].Number)) != true ? i : key;
        }

        ClockTime from = key < 0 ? ClockTime.Zero : Packets[key].Pts;
        return [.. Packets.Where((packet, i) => packet.Kind == MediaKind.Video ? i >= key : packet.Pts >= from)];
    }

    private static ClockTime Seconds(double seconds) => ClockTime.FromNanoseconds((long)(seconds * 1e9));

    private static ClockTime Round(ClockTime time, Rational tick) => ClockTime.FromUnits(time.ToUnits(tick), tick);

    private static IEnumerable<ScriptedPacket> Sound(ClockTime length, ClockTime step) => Enumerable.Range(0, (int)(length.Nanoseconds / step.Nanoseconds))
        .Select(i => new ScriptedPacket(MediaKind.Audio, i, step * i, step * i, step, true));

    /// <summary>
    /// Puts pictures in decoding order, in closed groups. A picture comes before those that refer to it and are shown before it.
    /// </summary>
    private static IEnumerable<ScriptedPacket> Order(List<ClockTime> shown, int group, int between, ClockTime length)
    {
        List<int> order = [];
        for (int first = 0; first < shown.Count; first += group)
        {
            int end = Math.Min(first + group, shown.Count);
            order.Add(first);
            for (int at = first + 1; at < end;)
            {
                int anchor = Math.Min(at + between, end - 1);
                order.Add(anchor);
                order.AddRange(Enumerable.Range(at, anchor - at));
                at = anchor + 1;
            }
        }

        for (int i = 0; i < order.Count; i++)
        {
            int number = order[i];
            // If there are B-frames, decoding runs one picture ahead.
            ClockTime dts = between == 0 || group == 1 ? shown[number] : i > 0 ? shown[i - 1] : shown[0] - ClockTime.FromMilliseconds(40);
            ClockTime duration = (number + 1 < shown.Count ? shown[number + 1] : ClockTime.Max(length, shown[number])) - shown[number];
            yield return new ScriptedPacket(MediaKind.Video, number, shown[number], dts, duration, number % group == 0);
        }
    }

    private static string Spoil(Random random, List<ScriptedPacket> pictures, List<ScriptedPacket> sound, double seconds)
    {
        List<string> faults = [];
        foreach ((List<ScriptedPacket> stream, string name) in new[] { (pictures, "picture"), (sound, "sound") })
        {
            double at = random.NextDouble() * seconds, until = at + (random.NextDouble() * Math.Min(15, seconds));
            (ClockTime from, ClockTime to) = (Seconds(at), Seconds(until));
            switch (random.Next(7))
            {
                case 0:
                    // Whole groups are left out, because the rest of a group could not be decoded.
                    from = stream.FindLast(packet => packet.IsKeyFrame && packet.Pts <= from)?.Pts ?? ClockTime.Zero;
                    to = stream.Find(packet => packet.IsKeyFrame && packet.Pts >= to)?.Pts ?? Seconds(seconds + 1);
                    stream.RemoveAll(packet => packet.Pts >= from && packet.Pts < to);
                    faults.Add($"no {name} from {from} to {to}");
                    break;
                case 1:
                    stream.RemoveAll(packet => packet.Dts >= from);
                    faults.Add($"{name} ends at {from}");
                    break;
                case 2:
                    from = stream.Find(packet => packet.IsKeyFrame && packet.Pts >= from)?.Pts ?? Seconds(seconds);
                    stream.RemoveAll(packet => packet.Dts < from && packet.Pts < from);
                    faults.Add($"{name} begins at {from}");
                    break;
            }
        }

        return faults.Count == 0 ? "" : ", " + string.Join(", ", faults);
    }

    /// <summary>Makes times wrong: repeats them, changes one, or moves all from some place on.</summary>
    private static string Falsify(Random random, ScriptedPacket[] packets)
    {
        MediaKind[] kinds = random.Next(3) switch { 0 => [MediaKind.Video], 1 => [MediaKind.Audio], _ => [MediaKind.Video, MediaKind.Audio] };
        int from = (int)(packets.Length * random.NextDouble());
        ClockTime by = Seconds(Math.Exp((random.NextDouble() * 9) - 3) * (random.Next(2) == 0 ? 1 : -1));
        int kind = random.Next(3);
        foreach (MediaKind stream in kinds)
        {
            ScriptedPacket? last = null;
            for (int i = from, count = 0; i < packets.Length; i++)
            {
                ScriptedPacket packet = packets[i];
                if (packet.Kind != stream || (kind == 1 && count > 0))
                {
                    continue;
                }

                packets[i] = kind > 0 ? packet with { Pts = packet.Pts + by, Dts = packet.Dts + by }
                    : last is not null && count % 3 == 0 ? packet with { Pts = last.Pts, Dts = last.Dts }
                    : packet;
                (last, count) = (packets[i], count + 1);
            }
        }

        string what = kind switch { 0 => "repeated times", 1 => $"one time off by {by}", _ => $"times off by {by}" };
        return $", {what} in {string.Join(" and ", kinds)} from packet {from} of {packets.Length} on";
    }

    private static IEnumerable<ScriptedPacket> Interleave(IEnumerable<ScriptedPacket> pictures, IEnumerable<ScriptedPacket> sound, ClockTime skew)
    {
        var left = new Queue<ScriptedPacket>(pictures);
        foreach (ScriptedPacket packet in sound)
        {
            while (left.TryPeek(out ScriptedPacket? picture) && picture.Dts <= packet.Dts + skew)
            {
                yield return left.Dequeue();
            }

            yield return packet;
        }

        foreach (ScriptedPacket picture in left)
        {
            yield return picture;
        }
    }
}
