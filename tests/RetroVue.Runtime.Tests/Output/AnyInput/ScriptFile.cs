using RetroVue.Media.FFmpeg.Containers;
using RetroVue.Media.Formats;
using RetroVue.Media.Memory;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Runtime.Tests.Output.AnyInput;

/// <summary>A real file with the packets of a script, of pictures and sound that can be decoded.</summary>
/// <param name="Container">"mp4", "frag.mp4", "mkv" or "ts".</param>
/// <param name="Picture">The codec of the pictures, "h264" or "mpeg2video"; null for none.</param>
/// <param name="Sound">The codec of the sound, "aac" or "mp2"; null for none.</param>
internal sealed record ScriptFile(string Container, string? Picture, string? Sound)
{
    /// <summary>The most pictures in a group.</summary>
    public const int MostInGroup = 64;

    // The head of an SEI message of H.264 with unregistered user data. The mark follows it.
    private static readonly byte[] s_message = [0, 0, 1, 0x06, 5, 16 + Mark.Length, .. "retrovue-testing"u8];

    /// <summary>Returns a random kind of file.</summary>
    public static ScriptFile Any(Random random)
    {
        string container = new[] { "mp4", "frag.mp4", "mkv", "ts" }[random.Next(4)];
        // In an MP4 file, nothing tells the layer of MPEG audio.
        string picture = random.Next(2) == 0 ? "h264" : "mpeg2video", sound = random.Next(2) == 0 || container.EndsWith("mp4", StringComparison.Ordinal) ? "aac" : "mp2";
        return random.Next(6) switch
        {
            0 => new ScriptFile(container, picture, null),
            1 => new ScriptFile(container, null, sound),
            _ => new ScriptFile(container, picture, sound),
        };
    }

    /// <summary>
    /// The tolerance of times that <see cref="Within"/> has rounded: the container rounds them, and the channel rounds them once more. An
    /// MP4 file gives in milliseconds by how much one stream begins later than the other.
    /// </summary>
    public ClockTime Rounding => ClockTime.FromMicroseconds(Container.EndsWith("mp4", StringComparison.Ordinal) ? 1_036 : 36);

    /// <summary>The time for which a packet of sound lasts.</summary>
    public ClockTime SoundStep => CodedPool.SoundStep(Sound ?? "mp2");

    /// <summary>Returns the number that a picture of a script shows.</summary>
    public static int NumberOf(MediaScript script, char item, int number) =>
        (item == Mark.Next ? NumberedPicture.Next : 0) + (number / script.Group % CodedPool.Groups * MostInGroup) + (number % script.Group);

    /// <summary>
    /// Probes a file. Returns null if the file is refused and is small: a transport stream of a few packets may be anything.
    /// </summary>
    public static ProbedMedia? Probe(string path)
    {
        try
        {
            return MediaProbe.Probe(path);
        }
        catch (MediaFileException) when (new FileInfo(path).Length < 10_000)
        {
            return null;
        }
    }

    /// <summary>
    /// Returns the packets of a script that are in the file, with their times in the ticks of the file and from its beginning on.
    /// </summary>
    public MediaScript Within(MediaScript script)
    {
        ScriptedPacket[] packets = [.. script.Packets.Where(packet => packet.Kind == MediaKind.Video ? Picture is not null : Sound is not null)];
        ClockTime first = packets.Length == 0 ? ClockTime.Zero : packets.Min(packet => packet.Pts);
        return script with { Packets = [.. packets.Select(packet => packet with { Pts = Round(packet, packet.Pts - first), Dts = Round(packet, packet.Dts - first) })] };
    }

    /// <summary>
    /// Returns the packets that FFmpeg cannot read, or not in time. From a transport stream it gives out a packet of sound when it has
    /// seen the beginning of the next one, and a picture when it has seen two more; these may come after a long hole or never. From an MP4
    /// file with an edit list it leaves out pictures at the end: those that follow a picture which would reach beyond the end if it were as
    /// long as the step of decoding times there.
    /// </summary>
    /// <param name="script">The packets in the file.</param>
    /// <param name="isDecoded">True if pictures are decoded: a picture then comes when a picture that is shown later has been
    /// decoded.</param>
    public HashSet<(MediaKind Kind, int Number)> Unreadable(MediaScript script, bool isDecoded = false)
    {
        HashSet<(MediaKind Kind, int Number)> late = Container.EndsWith("mp4", StringComparison.Ordinal) ? BeyondEdit(script) : [];
        foreach ((MediaKind kind, int seen, ClockTime wait) in new[] { (MediaKind.Video, 2, ClockTime.FromSeconds(31)), (MediaKind.Audio, 1, ClockTime.FromSeconds(2)) })
        {
            ScriptedPacket[] packets = [.. script.Of(kind).Where(packet => !late.Contains((kind, packet.Number)))];
            bool isOrdered = isDecoded && kind == MediaKind.Video;
            ClockTime[] given = [.. packets.Select((packet, i) => Container != "ts" ? packet.Dts : i + seen < packets.Length ? packets[i + seen].Dts : ClockTime.MaxValue)];
            for (int i = 0; i < packets.Length; i++)
            {
                int last = isOrdered ? Array.FindIndex(packets, i, packet => packet.Pts > packets[i].Pts) : i;
                ClockTime needed = isOrdered ? packets[i].Pts : packets[i].Dts;
                if (last < 0 || given[last] - needed > wait)
                {
                    late.Add((kind, packets[i].Number));
                }
            }
        }

        return late;
    }

    private static HashSet<(MediaKind Kind, int Number)> BeyondEdit(MediaScript script)
    {
        HashSet<(MediaKind Kind, int Number)> beyond = [];
        ScriptedPacket[] pictures = [.. script.Of(MediaKind.Video)];
        ClockTime end = pictures.Length == 0 ? ClockTime.Zero : pictures.Max(picture => picture.Pts + picture.Duration), longest = ClockTime.Zero;
        for (int i = 1; i < pictures.Length; i++)
        {
            // The decoding time may be that of the script, or the presentation time of the picture before.
            ClockTime step = ClockTime.Max(pictures[i].Dts - pictures[i - 1].Dts, i < 2 ? ClockTime.Zero : (pictures[i - 1].Pts - pictures[i - 2].Pts).Abs());
            longest = ClockTime.Max(longest, pictures[i - 1].Pts + step);
            if (longest >= end)
            {
                beyond.Add((MediaKind.Video, pictures[i].Number));
            }
        }

        return beyond;
    }

    /// <summary>Writes the file.</summary>
    /// <param name="name">The file's name, without extension.</param>
    /// <param name="script">The packets in the file.</param>
    /// <param name="item">The item of which the file is.</param>
    /// <param name="rate">The frame rate that the file declares; zero for the rate of the pictures' headers.</param>
    public string Write(string name, MediaScript script, char item, Rational rate = default)
    {
        string path = Path.Combine(MadeMedia.Folder, $"{name}.{Container}");
        string target = Container == "frag.mp4" ? path + ".mp4" : path;
        List<(MediaKind Kind, MediaFormat Format)> formats = [];
        if (Picture is not null)
        {
            EncodedFormat format = Group(script, item, 0).Format;
            formats.Add((MediaKind.Video, rate.IsPositive ? format with { Video = format.Video! with { FrameRate = rate } } : format));
        }

        if (Sound is not null)
        {
            formats.Add((MediaKind.Audio, CodedPool.Sound(Sound, item).Format));
        }

        PacketPipeline.Run(formats, Items(script, item), (pipeline, source) =>
        {
            FileMuxer muxer = pipeline.Add(new FileMuxer("muxer", target));
            foreach (OutputPad output in source.Outputs)
            {
                pipeline.Link(output, muxer.AddStream(output.Name));
            }
        });
        if (target != path)
        {
            Tool.OutputOf("ffmpeg", $"-v error -nostdin -y -i {target} -c copy -map 0 -movflags +frag_keyframe+delay_moov {path}");
        }

        return path;
    }

    private ClockTime Round(ScriptedPacket packet, ClockTime time)
    {
        var tick = new Rational(1, Container == "mkv" ? 1000 : packet.Kind == MediaKind.Audio && Container != "ts" ? 48_000 : 90_000);
        return ClockTime.FromUnits(time.ToUnits(tick), tick);
    }

    private IEnumerable<(MediaKind Kind, object Item)> Items(MediaScript script, char item)
    {
        Dictionary<MediaKind, ClockTime> reached = [];
        if (Picture is not null)
        {
            reached[MediaKind.Video] = ClockTime.Zero;
        }

        if (Sound is not null)
        {
            reached[MediaKind.Audio] = ClockTime.Zero;
        }

        foreach (ScriptedPacket packet in script.Packets.OrderBy(packet => packet.Dts))
        {
            // Gaps are announced as by a live source, so that the muxer need not wait for the other stream.
            foreach ((MediaKind kind, ClockTime until) in reached.ToArray())
            {
                if (kind != packet.Kind && packet.Dts - until > ClockTime.FromMilliseconds(300))
                {
                    yield return (kind, new Gap(until, packet.Dts - until));
                    reached[kind] = packet.Dts;
                }
            }

            reached[packet.Kind] = ClockTime.Max(reached[packet.Kind], packet.Dts);
            MediaBuffer buffer = MediaBuffer.Create(HeapMemory.Copy(packet.Kind == MediaKind.Video ? PictureOf(script, item, packet) : SoundOf(item, packet)));
            (buffer.Pts, buffer.Dts, buffer.Duration) = (packet.Pts, packet.Dts, packet.Duration);
            buffer.Flags = packet.IsKeyFrame ? BufferFlags.KeyFrame : BufferFlags.None;
            yield return (packet.Kind, buffer);
        }
    }

    private CodedStream Group(MediaScript script, char item, int number)
    {
        int first = number * script.Group, size = Math.Min(script.Group, script.PictureCount - first);
        return CodedPool.Pictures(Picture!, size, script.Between, NumberOf(script, item, first), isInBand: Container == "ts");
    }

    private byte[] PictureOf(MediaScript script, char item, ScriptedPacket packet)
    {
        int number = packet.Number % script.Group;
        byte[] picture = Group(script, item, packet.Number / script.Group).Packets.Single(coded => coded.Pts == CodedPool.PictureStep * number).Data;
        int at = BeginningOfSlices(picture);
        byte[] mark = new Mark(item, packet.Number).ToBytes();
        // The mark is in a message of H.264, or in the user data of MPEG video. Both stand before the slices.
        byte[] message = Picture == "h264" ? [.. s_message, .. mark, 0x80] : [0, 0, 1, 0xB2, .. mark];
        return [.. picture[..at], .. message, .. picture[at..]];
    }

    private int BeginningOfSlices(byte[] picture)
    {
        for (int at = 0; ; at++)
        {
            if (picture[at] == 0 && picture[at + 1] == 0 && picture[at + 2] == 1
                && (Picture == "h264" ? (picture[at + 3] & 31) is 1 or 5 : picture[at + 3] is >= 1 and <= 0xAF))
            {
                return at;
            }
        }
    }

    private byte[] SoundOf(char item, ScriptedPacket packet)
    {
        CodedStream sound = CodedPool.Sound(Sound!, item);
        byte[] frame = sound.Packets[packet.Number % sound.Packets.Count].Data, mark = new Mark(item, packet.Number).ToBytes();
        // The mark is in a data element before the AAC frame, or at the end of a frame of MPEG audio, where any bytes may stand.
        return Sound == "aac" ? [0x81, Mark.Length, .. mark, .. frame] : [.. frame[..^Mark.Length], .. mark];
    }
}
