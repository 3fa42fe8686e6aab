namespace RetroVue.Media.FFmpeg.Tests.Corpus;

/// <summary>Small files of every kind whose times are difficult, made by ffmpeg when a test first needs them.</summary>
internal static class MediaCorpus
{
    private const string X264 = "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -g 12 -keyint_min 12 -sc_threshold 0";

    private static readonly Dictionary<string, string> s_recipes = new(StringComparer.Ordinal)
    {
        ["ntsc.mp4"] = $"{Picture("30000/1001")} {Sound(48000)} -t 4 {X264} -bf 2 -c:a aac",
        ["film.mp4"] = $"{Picture("24000/1001")} {Sound(44100)} -t 4 {X264} -bf 3 -c:a aac",
        ["pal-mono.mp4"] = $"{Picture("25")} {Sound(48000, "mono")} -t 3 {X264} -bf 0 -c:a aac",
        ["slow.mp4"] = $"{Picture("25/2")} {Sound(44100)} -t 4 {X264} -bf 2 -c:a aac",
        ["surround.mp4"] = $"{Picture("25")} {Sound(48000, "5.1")} -t 2 {X264} -bf 2 -c:a aac",
        ["silent.mp4"] = $"{Picture("30000/1001")} -t 3 {X264} -bf 2",
        ["sound.m4a"] = $"{Sound(44100)} -t 3 -c:a aac",
        ["sound.mp3"] = $"{Sound(44100)} -t 3 -c:a libmp3lame",
        ["cover.m4a"] = $"{Sound(48000)} -f lavfi -i color=s=64x64:d=0.04 -t 2 -map 0 -map 1 -c:a aac -c:v png -disposition:v attached_pic",
        ["ntsc.mkv"] = $"{Picture("30000/1001")} {Sound(48000)} -t 4 {X264} -bf 2 -c:a aac",
        ["film.ts"] = $"{Picture("24000/1001")} {Sound(44100)} -t 4 {X264} -bf 2 -c:a aac",
        ["pal.ts"] = $"{Picture("25")} {Sound(48000)} -t 6 {X264} -bf 2 -c:a mp2",
        ["varying.mkv"] = $"{Picture("30")} {Sound(48000)} -t 4 -vf select=not(mod(n\\,3))+not(mod(n\\,7)) -vsync vfr {X264} -bf 2 -c:a aac",
        ["intra.avi"] = $"{Picture("25")} {Sound(44100)} -t 2 -c:v mjpeg -pix_fmt yuvj420p -c:a pcm_s16le",
        ["reordered.avi"] = $"{Picture("25")} -t 2 {X264} -bf 2",
        ["straight.h264"] = $"{Picture("30000/1001")} -t 2 {X264} -bf 0",
        ["reordered.h264"] = $"{Picture("25")} -t 2 {X264} -bf 2",
        ["long.mp4"] = $"{Picture("25")} {Sound(48000)} -t 40 {X264} -bf 2 -c:a aac",
        ["short-sound.mp4"] = "-t 4 -i {long.mp4} -i {long.mp4} -map 0:a -map 1:v -c copy",
        ["short-picture.mkv"] = "-t 4 -i {long.mp4} -i {long.mp4} -map 0:v -map 1:a -c copy",
        ["edited.mp4"] = "-ss 1.3 -i {ntsc.mp4} -c copy",
        ["late.mkv"] = "-i {ntsc.mkv} -c copy -output_ts_offset 0.033",
        ["wrapping.ts"] = "-i {pal.ts} -c copy -output_ts_offset 95439.5",
    };

    /// <summary>The names of all files.</summary>
    public static IEnumerable<string> Names => s_recipes.Keys;

    /// <summary>The folder of this run, for files that a test makes itself.</summary>
    public static string Folder => MadeMedia.Folder;

    /// <summary>Returns a file of the corpus; ignores the test if ffmpeg is not installed.</summary>
    public static string File(string name)
    {
        string recipe = s_recipes[name];
        foreach (string source in s_recipes.Keys.Where(source => recipe.Contains($"{{{source}}}", StringComparison.Ordinal)))
        {
            recipe = recipe.Replace($"{{{source}}}", File(source), StringComparison.Ordinal);
        }

        return MadeMedia.Make(name, $"{recipe} -bitexact");
    }

    private static string Picture(string rate) => $"-f lavfi -i testsrc=s=128x96:r={rate}";

    private static string Sound(int rate, string layout = "stereo") => $"-f lavfi -i aevalsrc=sin(2000*t):s={rate}:c={layout}";
}
