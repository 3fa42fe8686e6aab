using RetroVue.Media.Time;

namespace RetroVue.Runtime.Tests.Channels;

/// <summary>Something that is wrong with a file, from the start or from a moment on.</summary>
/// <param name="Kind">What.</param>
/// <param name="From">From when on, in seconds since the station's start; 0 for what is wrong from the start.</param>
/// <param name="Until">Until when reads hang, where they do.</param>
internal sealed record FileFault(string Kind, double From, double Until)
{
    private static readonly string[] s_onTheAir = ["deleted", "replaced", "cut", "grown", "overwritten", "hanging"];

    /// <summary>True where nothing of the file can be shown.</summary>
    public bool IsUnplayable => BadFiles.Unplayable.Contains(Kind);

    /// <summary>True where what is shown of the file may be anything.</summary>
    public bool IsScrambled => Kind == "overwritten";

    /// <summary>True where reads hang.</summary>
    public bool Hangs => Kind == "hanging";

    /// <summary>Any fault, at a time before <paramref name="end"/>.</summary>
    public static FileFault Any(Random random, double end)
    {
        int kind = random.Next(BadFiles.Unplayable.Length + 2 + s_onTheAir.Length);
        if (kind < BadFiles.Unplayable.Length)
        {
            return new FileFault(BadFiles.Unplayable[kind], 0, 0);
        }

        kind -= BadFiles.Unplayable.Length;
        double from = random.NextDouble() * end;
        return kind switch
        {
            0 => new FileFault("truncated", 0, 0),
            1 => new FileFault("unreadable", 0, 0),
            _ => new FileFault(s_onTheAir[kind - 2], from, from + (random.NextDouble() * random.NextDouble() * 15)),
        };
    }

    /// <summary>Makes the file as it is at the start, of a good one with its index in front.</summary>
    public string Make(string good, string fastStart)
    {
        string path = Path.Combine(MadeMedia.Folder, $"fault-{TestContext.CurrentContext.Test.ID}.mp4");
        if (IsUnplayable)
        {
            return BadFiles.Make(Kind, good);
        }

        File.Copy(fastStart, path, overwrite: true);
        if (Kind == "truncated")
        {
            BadFiles.CutInHalf(path);
        }
        else if (Kind == "unreadable" && !OperatingSystem.IsWindows())
        {
            // Nothing to root, who reads it all the same.
            File.SetUnixFileMode(path, UnixFileMode.None);
        }

        return path;
    }

    /// <summary>Does to the file what befalls it on the air.</summary>
    public void Strike(string path, string other, Random random)
    {
        switch (Kind)
        {
            case "deleted":
                File.Delete(path);
                break;
            case "replaced":
                File.Copy(other, path + ".new", overwrite: true);
                File.Move(path + ".new", path, overwrite: true);
                break;
            case "cut":
                using (FileStream file = File.OpenWrite(path))
                {
                    file.SetLength((long)(file.Length * random.NextDouble()));
                }

                break;
            case "grown":
                using (FileStream file = File.Open(path, FileMode.Append))
                {
                    file.Write(Noise(random, 50_000));
                }

                break;
            case "overwritten":
                using (FileStream file = File.OpenWrite(path))
                {
                    file.Position = (long)(file.Length * random.NextDouble());
                    file.Write(Noise(random, 20_000));
                }

                break;
        }
    }

    /// <summary>Until when reads hang that begin at a time; None where they do not.</summary>
    public ClockTime HangsUntil(ClockTime now, ClockTime start) =>
        Hangs && now >= start + Seconds(From) && now < start + Seconds(Until) ? start + Seconds(Until) : ClockTime.None;

    private static ClockTime Seconds(double seconds) => ClockTime.FromMilliseconds((long)(seconds * 1000));

    private static byte[] Noise(Random random, int length)
    {
        byte[] noise = new byte[length];
        random.NextBytes(noise);
        return noise;
    }
}
