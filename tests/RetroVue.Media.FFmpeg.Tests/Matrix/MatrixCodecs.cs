namespace RetroVue.Media.FFmpeg.Tests.Matrix;

/// <summary>The arguments with which FFmpeg's encoders make a second of media, and the containers in which each is tried.</summary>
internal static class MatrixCodecs
{
    /// <summary>
    /// The containers, by their file extensions. If FFmpeg itself cannot make a pair of codec and container, the pair is left out.
    /// </summary>
    public static readonly string[] Containers = ["mp4", "mov", "mkv", "avi", "ts", "asf", "wav", "ogg", "caf", "flv", "nut"];

    private const string Picture = "-f lavfi -i testsrc=s=176x144:r=25 -t 1";
    private const string Fifth = "-f lavfi -i testsrc=s=176x144:r=25 -t 0.2";

    private static readonly Dictionary<string, string> s_recipes = Recipes().ToDictionary(recipe => recipe.Name, recipe => recipe.Arguments, StringComparer.Ordinal);

    /// <summary>The names of all encoders.</summary>
    public static IEnumerable<string> Names => s_recipes.Keys;

    /// <summary>FFmpeg's arguments that make the input for an encoder, without the file.</summary>
    public static string Arguments(string encoder) => s_recipes[encoder];

    private static IEnumerable<(string Name, string Arguments)> Recipes()
    {
        string[] plain =
        [
            "mpeg1video", "mpeg2video", "mpeg4", "libxvid", "h261", "h263", "h263p", "libx264rgb", "ffv1", "ffvhuff", "huffyuv", "utvideo", "magicyuv",
            "mjpeg", "jpegls", "png", "qtrle", "rpza", "rawvideo", "v210", "prores", "prores_ks", "flv", "flashsv", "msmpeg4v2", "msmpeg4", "msvideo1",
            "wmv1", "wmv2", "snow", "svq1", "libtheora", "vc2", "zlib", "zmbv", "asv1", "asv2", "speedhq", "gif", "cfhd",
        ];
        foreach (var name in plain)
        {
            yield return (name, $"{Picture} -c:v {name}");
        }

        yield return ("ljpeg", $"{Picture} -c:v ljpeg -pix_fmt yuvj420p -strict -1");
        yield return ("libx264", $"{Picture} -c:v libx264 -preset ultrafast -bf 2 -pix_fmt yuv420p");
        yield return ("libx265", $"{Picture} -c:v libx265 -preset ultrafast -x265-params log-level=error -pix_fmt yuv420p");
        yield return ("libvpx", $"{Picture} -c:v libvpx -deadline realtime");
        yield return ("libvpx-vp9", $"{Picture} -c:v libvpx-vp9 -deadline realtime");
        // libsvtav1 of Debian 12 never ends if the container refuses its pictures, so libaom is used.
        yield return ("libaom-av1", $"{Fifth} -c:v libaom-av1 -cpu-used 8 -pix_fmt yuv420p");
        yield return ("libopenjpeg", $"{Fifth} -c:v libopenjpeg -pix_fmt yuv420p");
        yield return ("dnxhd", $"{Fifth} -c:v dnxhd -profile:v dnxhr_sq -vf scale=256:128 -pix_fmt yuv422p");
        yield return ("dvvideo", "-f lavfi -i testsrc=s=720x576:r=25 -t 0.2 -c:v dvvideo -pix_fmt yuv420p");
        foreach (var (name, rate, options) in new[]
        {
            ("aac", 48_000, ""), ("ac3", 48_000, ""), ("eac3", 48_000, ""), ("mp2", 48_000, ""), ("libmp3lame", 44_100, ""), ("libopus", 48_000, ""), ("libvorbis", 48_000, ""),
            ("flac", 48_000, ""), ("alac", 48_000, ""), ("wavpack", 48_000, ""), ("tta", 48_000, ""), ("wmav1", 44_100, ""), ("wmav2", 44_100, ""), ("dca", 48_000, "-strict -2"),
            ("truehd", 48_000, "-strict -2"), ("mlp", 48_000, "-strict -2"), ("s302m", 48_000, "-strict -2"), ("nellymoser", 22_050, "-ac 1"), ("g722", 16_000, "-ac 1"),
            ("g726", 8_000, "-ac 1"), ("g723_1", 8_000, "-ac 1 -b:a 6300"), ("libgsm", 8_000, "-ac 1"), ("libgsm_ms", 8_000, "-ac 1"), ("libspeex", 16_000, "-ac 1"),
            ("adpcm_ima_wav", 22_050, ""), ("adpcm_ima_qt", 22_050, ""), ("adpcm_ms", 22_050, ""), ("adpcm_swf", 22_050, ""), ("adpcm_yamaha", 22_050, ""),
            ("pcm_alaw", 8_000, ""), ("pcm_mulaw", 8_000, ""), ("pcm_s16le", 48_000, ""), ("pcm_s16be", 48_000, ""), ("pcm_s24le", 48_000, ""), ("pcm_s24be", 48_000, ""),
            ("pcm_s32le", 48_000, ""), ("pcm_s32be", 48_000, ""), ("pcm_f32le", 48_000, ""), ("pcm_f32be", 48_000, ""), ("pcm_f64le", 48_000, ""), ("pcm_u8", 48_000, ""),
        })
        {
            yield return (name, $"-f lavfi -i sine=r={rate} -t 1 -ac 2 -c:a {name} {options}");
        }
    }
}
