using System.Buffers.Binary;

namespace RetroVue.Runtime.Tests.Channels;

/// <summary>Makes files of ten seconds that change at five seconds, and files that only seem to change.</summary>
internal static class ChangingFile
{
    private const string Sound = "-f lavfi -i sine=frequency=440:sample_rate=48000";
    private const string H264 = "-c:v libx264 -preset veryfast -profile:v main -bf 0 -g 25 -pix_fmt yuv420p";
    private const string Aac = "-c:a aac -ac 2 -ar 48000";

    /// <summary>The kinds of change, each with a part of the words that the station says of it at load.</summary>
    public static readonly (string Kind, string Words)[] Changing =
    [
        ("size", "640x360 pictures"),
        ("codec", "hevc"),
        ("codec-back", "h264"),
        ("codec-mpeg2", "mpeg2video"),
        ("profile", "High pictures"),
        ("shape", "pixels of shape"),
        ("range", "full range"),
        ("rate", "sound at 44100 Hz"),
        ("channels", "mono sound"),
        ("flash", "640x360 pictures"),
        ("matroska", "sound at 44100 Hz"),
        ("sound-codec", "ac3"),
        ("sound-codec-back", "aac"),
        ("mpeg2-codec", "h264"),
        ("mpeg2-hevc", "hevc"),
    ];

    /// <summary>The kinds of file whose second half is made in another way, but is the same for a viewer.</summary>
    public static readonly string[] Same = ["again", "timing", "encoder", "flash-again"];

    private static string Plain => Part("plain.ts", "320x180", H264, Aac, 0);

    /// <summary>Makes the file of a kind.</summary>
    public static string Make(string kind) => kind switch
    {
        "size" => Joined(kind, Part("size-2.ts", "640x360", H264, Aac, 5.1)),
        "codec" => Joined(kind, Hevc("codec-2.ts", 5.1)),
        "codec-mpeg2" => Joined(kind, Mpeg2("codec-mpeg2-2.ts", 5.1)),
        "codec-back" => Join("changing-codec-back.ts", Hevc("hevc-1.ts", 0), Part("codec-back-2.ts", "320x180", H264, Aac, 5.1)),
        "profile" => Joined(kind, Part("profile-2.ts", "320x180", H264.Replace("main", "high", StringComparison.Ordinal), Aac, 5.1)),
        "shape" => Joined(kind, Part("shape-2.ts", "320x180", $"{H264} -vf setsar=4/3", Aac, 5.1)),
        "range" => Joined(kind, Part("range-2.ts", "320x180", $"{H264} -color_range pc", Aac, 5.1)),
        "rate" => Joined(kind, Part("rate-2.ts", "320x180", H264, "-c:a aac -ac 2 -ar 44100", 5.1)),
        "channels" => Joined(kind, Part("channels-2.ts", "320x180", H264, "-c:a aac -ac 1 -ar 48000", 5.1)),
        "mpeg2-codec" => Join("changing-mpeg2-codec.ts", Mpeg2("mpeg2-1.ts", 0), Part("codec-back-2.ts", "320x180", H264, Aac, 5.1)),
        // libavformat makes one packet of all that follows the change, and gives it at the end of the file.
        "mpeg2-codec-long" => Join("changing-mpeg2-codec-long.ts", Mpeg2("mpeg2-1.ts", 0), Part("codec-long-2.ts", "320x180", H264, Aac, 5.1, 120)),
        "mpeg2-hevc" => Join("changing-mpeg2-hevc.ts", Mpeg2("mpeg2-1.ts", 0), Hevc("codec-2.ts", 5.1)),
        "sound-codec" => Join("changing-sound-codec.ts", Plain, Part("ac3-2.ts", "320x180", H264, "-c:a ac3 -ac 2 -ar 48000", 5.1)),
        "sound-codec-back" => Join("changing-sound-codec-back.ts", Part("mp2-1.ts", "320x180", H264, "-c:a mp2 -ac 2 -ar 48000", 0), Part("again-2.ts", "320x180", H264, Aac, 5.1)),
        "flash" => JoinedFlash(kind, "640x360"),
        "flash-again" => JoinedFlash(kind, "320x180"),
        // The container does not describe the second half. The headers of the second half are in its packets.
        "matroska" => MadeMedia.Make("changing-matroska.mkv", $"-i {JoinedSound()} -map 0 -c copy"),
        "again" => Joined(kind, Part("again-2.ts", "320x180", H264, Aac, 5.1)),
        "timing" => Joined(kind, Part("timing-2.ts", "320x180", $"{H264} -bsf:v h264_metadata=tick_rate=60:fixed_frame_rate_flag=0", Aac, 5.1)),
        "encoder" => Joined(kind, Part("encoder-2.ts", "320x180", $"{H264} -refs 5 -level 4.1", Aac, 5.1)),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    /// <summary>Returns a file that is throughout as a file of this kind is in its first half.</summary>
    public static string PlainOf(string kind) => kind switch
    {
        "matroska" => Part("mp2-1.ts", "320x180", H264, "-c:a mp2 -ac 2 -ar 48000", 0),
        "codec-back" => Hevc("hevc-1.ts", 0),
        "mpeg2-codec" or "mpeg2-codec-long" or "mpeg2-hevc" => Mpeg2("mpeg2-1.ts", 0),
        "sound-codec-back" => Part("mp2-1.ts", "320x180", H264, "-c:a mp2 -ac 2 -ar 48000", 0),
        _ => Plain,
    };

    private static string Hevc(string name, double from) =>
        Part(name, "320x180", "-c:v libx265 -preset ultrafast -x265-params log-level=none:bframes=0:keyint=25 -pix_fmt yuv420p", Aac, from);

    private static string Mpeg2(string name, double from) => Part(name, "320x180", "-c:v mpeg2video -g 12 -bf 0 -pix_fmt yuv420p", Aac, from);

    private static string Part(string name, string size, string picture, string sound, double from, int seconds = 5) => MadeMedia.Make(
        $"changing-{name}", FormattableString.Invariant($"-f lavfi -i testsrc2=s={size}:r=25 {Sound} -t {seconds} {picture} {sound} -muxdelay 0 -output_ts_offset {from}"));

    private static string JoinedSound() => Join(
        "changing-sound.ts",
        Part("mp2-1.ts", "320x180", H264, "-c:a mp2 -ac 2 -ar 48000", 0),
        Part("mp2-2.ts", "320x180", H264, "-c:a mp2 -ac 2 -ar 44100", 5.1));

    private static string Joined(string kind, string second) => Join($"changing-{kind}.ts", Plain, second);

    private static string Join(string name, string first, string second)
    {
        string path = Path.Combine(MadeMedia.Folder, name);
        if (!File.Exists(path))
        {
            File.WriteAllBytes(path, [.. File.ReadAllBytes(first), .. File.ReadAllBytes(second)]);
        }

        return path;
    }

    /// <summary>
    /// In an FLV file, parameter sets have tags of their own, which may be repeated. The times of the second half are moved so that they
    /// follow those of the first.
    /// </summary>
    private static string JoinedFlash(string kind, string size)
    {
        const int header = 13, tag = 11, sizeAfter = 4, script = 18;
        string path = Path.Combine(MadeMedia.Folder, $"changing-{kind}.flv");
        byte[] second = File.ReadAllBytes(Part($"{kind}-2.flv", size, H264, Aac, 0));
        List<byte> bytes = [.. File.ReadAllBytes(Part("flash-1.flv", "320x180", H264, Aac, 0))];
        for (int at = header; at + tag < second.Length;)
        {
            int length = (BinaryPrimitives.ReadInt32BigEndian(second.AsSpan(at)) & 0xFFFFFF) + tag + sizeAfter;
            uint time = (BinaryPrimitives.ReadUInt32BigEndian(second.AsSpan(at + 4)) >> 8) + 5100;
            (second[at + 4], second[at + 5], second[at + 6]) = ((byte)(time >> 16), (byte)(time >> 8), (byte)time);
            if (second[at] != script)
            {
                bytes.AddRange(second.AsSpan(at, length));
            }

            at += length;
        }

        File.WriteAllBytes(path, [.. bytes]);
        return path;
    }
}
