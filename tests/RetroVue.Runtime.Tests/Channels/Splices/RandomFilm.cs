namespace RetroVue.Runtime.Tests.Channels.Splices;

/// <summary>A way of encoding films. It makes two films.</summary>
/// <param name="Number">The number of the way, less than <see cref="Count"/>.</param>
internal sealed record RandomFilm(int Number)
{
    /// <summary>The number of ways.</summary>
    public const int Count = 600;

    /// <summary>The length of each film, in milliseconds.</summary>
    public const int Length = 10_000;

    private static readonly string[] s_containers = ["mp4", "mkv", "ts"];
    private static readonly int[] s_groups = [12, 25, 40];

    /// <summary>The most pictures from one key frame to the next.</summary>
    public int Group => s_groups[Digit(9, 3)];

    /// <summary>The most pictures that are decoded after a picture and shown before it.</summary>
    public int Reordered => Codec == "mpeg2video" ? Digit(27, 3) : Digit(27, 4);

    public string Container => s_containers[Digit(3, 3)];

    private string Codec => Digit(1, 6) switch
    {
        0 or 1 or 2 => "libx264",
        3 or 4 => "libx265",
        _ => "mpeg2video",
    };

    public bool IsOpen => Digit(81, 4) != 0;

    private string Settings => Codec switch
    {
        "libx264" => $"-c:v libx264 -preset veryfast -bf {Reordered} -g {Group} {(Digit(7, 5) == 0 ? "-flags +ildct+ilme" : "")} -x264opts "
            + $"open-gop={(IsOpen ? 1 : 0)}:b-pyramid={Digit(11, 3)}:ref={1 + Digit(13, 4)}:cabac={Digit(17, 2)}:slices={1 + (2 * Digit(19, 2))}"
            + $":weightp={Digit(23, 3)}:direct={(Digit(29, 2) == 0 ? "spatial" : "temporal")}:min-keyint=1:scenecut={40 * Digit(31, 2)} -c:a aac",
        "libx265" => $"-c:v libx265 -preset ultrafast -x265-params log-level=none:open-gop={(IsOpen ? 1 : 0)}:bframes={Reordered}:keyint={Group}"
            + $":b-pyramid={Digit(11, 2)}:ref={1 + Digit(13, 4)}:min-keyint=1:scenecut={40 * Digit(31, 2)}:radl={(IsOpen ? 0 : Math.Min(Digit(17, 3), Reordered))} -c:a aac",
        _ => $"-c:v mpeg2video -g {Group} -bf {Reordered} -b:v 1M {(Digit(7, 3) == 0 ? "-flags +ildct+ilme" : IsOpen ? "" : "-flags +cgop -sc_threshold 1000000000")} -c:a mp2",
    };

    /// <summary>Makes one of the two films.</summary>
    public string Make(bool isSecond) => MadeMedia.Make(
        FormattableString.Invariant($"splice-{Number}-{(isSecond ? "b" : "a")}.{Container}"),
        $"-f lavfi -i {(isSecond ? "testsrc2=s=160x96:r=25,negate,hflip" : "testsrc2=s=160x96:r=25")} -f lavfi -i sine=frequency=440:sample_rate=48000 "
        + $"-t {Length / 1000} -pix_fmt yuv420p {Settings} -ac 2");

    public override string ToString() => $"film {Number}: {Container} {Settings}";

    /// <summary>
    /// Returns a digit that looks random but depends on the number and the salt alone. Each property has a salt of its own.
    /// </summary>
    private int Digit(int salt, int count)
    {
        uint hash = (uint)((Number * 2_654_435_761L) ^ (salt * 2_246_822_519L));
        hash ^= hash >> 15;
        hash *= 2_246_822_519;
        hash ^= hash >> 13;
        hash *= 3_266_489_917;
        hash ^= hash >> 16;
        return (int)(hash % (uint)count);
    }
}
