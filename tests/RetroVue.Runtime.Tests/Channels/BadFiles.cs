namespace RetroVue.Runtime.Tests.Channels;

/// <summary>Makes files that cannot be played at all, or not to their end.</summary>
internal static class BadFiles
{
    /// <summary>The kinds of file of which nothing can be played.</summary>
    public static readonly string[] Unplayable = ["missing", "empty", "garbage", "directory", "no-codec", "headless", "header-only"];

    /// <summary>Makes a file of a kind from a good MP4 file whose index stands at its end.</summary>
    public static string Make(string kind, string good)
    {
        string path = Path.Combine(MadeMedia.Folder, $"bad-{kind}.mp4");
        switch (kind)
        {
            case "missing":
                break;
            case "empty":
                File.WriteAllBytes(path, []);
                break;
            case "garbage":
                byte[] noise = new byte[200_000];
                new Random(1).NextBytes(noise);
                File.WriteAllBytes(path, noise);
                break;
            case "directory":
                Directory.CreateDirectory(path);
                break;
            case "no-codec":
                File.WriteAllBytes(path, Rename(Rename(File.ReadAllBytes(good), "avc1"u8, "zzzz"u8), "mp4a"u8, "yyyy"u8));
                break;
            case "headless":
                byte[] all = File.ReadAllBytes(good);
                File.WriteAllBytes(path, all[..(all.Length / 2)]);
                break;
            case "header-only":
                byte[] whole = File.ReadAllBytes(FastStart(good));
                File.WriteAllBytes(path, whole[..(whole.AsSpan().IndexOf("mdat"u8) + 4)]);
                break;
            case "endless":
                // A Matroska header, and then a hole of 64 GB that takes no room on the disk. The header announces more than the file has.
                byte[] matroska = File.ReadAllBytes(MadeMedia.Make("good.mkv", $"-i {good} -c copy"));
                using (FileStream file = File.Create(path))
                {
                    file.Write(matroska.AsSpan(0, 300));
                    file.SetLength(64L << 30);
                }

                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(kind), kind, "No such kind.");
        }

        return path;
    }

    /// <summary>Makes a copy with its index in front, so that it plays as far as its bytes go if it is cut.</summary>
    public static string FastStart(string good, string name = "fast-start")
    {
        string path = Path.Combine(MadeMedia.Folder, $"{name}-{Path.GetFileName(good)}");
        return MadeMedia.Make(Path.GetFileName(path), $"-i {good} -c copy -movflags +faststart");
    }

    /// <summary>Makes such a copy that is cut off in the middle of its bytes.</summary>
    public static string Truncated(string good)
    {
        string path = Path.Combine(MadeMedia.Folder, $"truncated-{Path.GetFileName(good)}");
        File.Copy(FastStart(good), path, overwrite: true);
        CutInHalf(path);
        return path;
    }

    public static void CutInHalf(string path)
    {
        using FileStream file = File.OpenWrite(path);
        file.SetLength(file.Length / 2);
    }

    /// <summary>Replaces the name of a codec. It is the last such name in the file: the earlier ones name brands.</summary>
    private static byte[] Rename(byte[] bytes, ReadOnlySpan<byte> from, ReadOnlySpan<byte> to)
    {
        to.CopyTo(bytes.AsSpan(bytes.AsSpan().LastIndexOf(from)));
        return bytes;
    }
}
