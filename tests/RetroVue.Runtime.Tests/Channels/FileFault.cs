using RetroVue.Media.Time;

namespace RetroVue.Runtime.Tests.Channels;

/// <summary>A fault of a file, from the start or from some time on.</summary>
/// <param name="Kind">The kind of fault.</param>
/// <param name="From">When the fault begins, in seconds since the station's start; 0 if the file is faulty from the start.</param>
/// <param name="Until">When reads no longer hang, in seconds since the station's start, if the fault is that they hang.</param>
internal sealed record FileFault(string Kind, double From, double Until)
{
    private static readonly string[] s_onTheAir = ["deleted", "replaced", "cut", "grown", "overwritten", "hanging"];

    /// <summary>True if nothing of the file can be shown.</summary>
    public bool IsUnplayable => BadFiles.Unplayable.Contains(Kind);

    /// <summary>True if pictures of the file may show anything.</summary>
    public bool IsScrambled => Kind == "overwritten";

    /// <summary>True if reads of the file hang.</summary>
    public bool Hangs => Kind == "hanging";

    /// <summary>Returns a random fault that begins before <paramref name="end"/>, in seconds since the station's start.</summary>
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

    /// <summary>Makes the file as it is at the start.</summary>
    /// <param name="good">A good file.</param>
    /// <param name="fastStart">The same with its index in front.</param>
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
            // If the test runs as root, the file stays readable: root may read any file.
            File.SetUnixFileMode(path, UnixFileMode.None);
        }

        return path;
    }

    /// <summary>Applies to the file the fault that it has on the air.</summary>
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

    /// <summary>Returns the time until which a read hangs that begins at <paramref name="now"/>; None if it does not hang.</summary>
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
