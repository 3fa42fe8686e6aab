using System.Globalization;
using RetroVue.Media.Time;

namespace RetroVue.Runtime.Tests.Pictures;

/// <summary>
/// A film of two seconds with four quarters: white, red, green and black. After one second the white quarter becomes black, and a tone
/// begins. The film is of a random codec, pixel format, size, shape, colour, rate, scan and orientation.
/// </summary>
internal sealed record RandomFilm(
    string Codec,
    string Container,
    string Pixels,
    int Width,
    int Height,
    Rational Rate,
    Rational Aspect,
    bool IsFull,
    string Matrix,
    string Scan,
    (int A, int B, int C, int D) Turn)
{
    private static readonly (string Codec, string Container, string[] Pixels)[] s_kinds =
    [
        ("libx264 -preset ultrafast -qp 4", "mp4", ["yuv420p", "yuvj420p", "yuv422p", "yuv444p", "yuv420p10le"]),
        ("ffv1", "mkv", ["yuv420p", "yuv422p", "yuv444p", "yuv411p", "yuv440p", "yuv420p10le", "yuv422p12le", "bgr0", "gray"]),
        ("mpeg2video -q:v 2", "ts", ["yuv420p"]),
        ("mjpeg -q:v 2", "mov", ["yuvj420p", "yuvj422p", "yuvj444p"]),
        ("png", "mov", ["rgb24", "rgba", "gray"]),
        ("rawvideo", "mkv", ["nv12", "yuyv422", "uyvy422"]),
        ("prores -profile:v 2", "mov", ["yuv422p10le"]),
    ];

    private static readonly Rational[] s_rates = [new(24000, 1001), new(24, 1), new(25, 1), new(30000, 1001), new(30, 1), new(50, 1)];
    private static readonly Rational[] s_aspects = [new(1, 1), new(1, 1), new(4, 3), new(3, 4), new(16, 15)];

    private static readonly (int, int, int, int)[] s_turns =
    [
        (1, 0, 0, 1), (-1, 0, 0, 1), (1, 0, 0, -1), (-1, 0, 0, -1), (0, 1, 1, 0), (0, 1, -1, 0), (0, -1, 1, 0), (0, -1, -1, 0),
    ];

    /// <summary>True if the picture has no colours.</summary>
    public bool IsGray => Pixels == "gray";

    /// <summary>The time at which the white quarter becomes black: that of the first picture at one second or later.</summary>
    public ClockTime Change => ClockTime.FromUnits((Rate.Numerator + Rate.Denominator - 1) / Rate.Denominator, Rate.Inverse);

    public static RandomFilm Create(Random random)
    {
        (string codec, string container, string[] formats) = Any(s_kinds);
        string pixels = Any(formats);
        bool isRgb = pixels is "bgr0" or "rgb24" or "rgba";
        bool isTagged = !isRgb && pixels != "gray" && container is "mkv" or "mp4";
        bool isTurned = container == "mp4" && random.Next(2) == 0;
        string scan = !isTurned && container is "ts" or "mp4" && pixels is "yuv420p" && random.Next(2) == 0 ? Any(["tff", "bff"]) : "";
        int grain = isRgb || codec == "ffv1" ? 1 : scan.Length > 0 ? 4 : 2;
        return new RandomFilm(
            codec,
            container,
            pixels,
            random.Next(48 / grain, 200 / grain) * grain,
            random.Next(48 / grain, 160 / grain) * grain,
            Any(s_rates),
            container is "mkv" or "mp4" ? Any(s_aspects) : new Rational(1, 1),
            pixels.StartsWith("yuvj", StringComparison.Ordinal) || pixels == "gray" || (isTagged && random.Next(3) == 0),
            isTagged ? Any(["", "bt709", "smpte170m", "bt470bg", "bt2020nc"]) : "",
            scan,
            isTurned ? Any(s_turns) : s_turns[0]);

        T Any<T>(IReadOnlyList<T> list) => list[random.Next(list.Count)];
    }

    /// <summary>Makes the file.</summary>
    public string Make(string name)
    {
        CultureInfo plain = CultureInfo.InvariantCulture;
        string range = IsFull ? "pc" : "tv";
        string boxes = "drawbox=x=iw/2:y=0:w=iw:h=ih/2:c=0xC02020:t=fill,drawbox=x=0:y=ih/2:w=iw/2:h=ih:c=0x20C020:t=fill,"
            + "drawbox=x=iw/2:y=ih/2:w=iw:h=ih:c=black:t=fill,drawbox=x=0:y=0:w=iw/2:h=ih/2:c=black:t=fill:enable='gte(t,0.9999)'";
        // The quarters are drawn as RGB, because RGB has no subsampling: every line and column has its own samples.
        string convert = $"scale=out_range={range}:out_color_matrix={(Matrix.Length > 0 ? Matrix : "smpte170m")},format={Pixels}";
        string tags = (Matrix.Length > 0 ? $" -colorspace {Matrix}" : "") + (Container is "mkv" or "mp4" && !IsGray ? $" -color_range {range}" : "");
        string fields = Scan.Length == 0 ? "" : $" -flags +ilme+ildct -top {(Scan == "tff" ? 1 : 0)}{(Codec.StartsWith("libx264", StringComparison.Ordinal) ? $" -x264opts {Scan}=1" : "")}";
        string path = Path.Combine(MadeMedia.Folder, $"{name}.{Container}");
        Tool.OutputOf(
            "ffmpeg",
            [
                "-v", "error", "-nostdin", "-y",
                "-f", "lavfi", "-i", string.Create(plain, $"color=white:s={Width}x{Height}:r={Rate},format=gbrp,{boxes},{convert},setsar={Aspect}{(Scan.Length > 0 ? $",setfield={Scan}" : "")}"),
                "-f", "lavfi", "-i", "aevalsrc='if(gte(t,1),0.5*sin(6283.185*t),0)':s=48000",
                "-t", "2", .. $"-c:v {Codec} -pix_fmt {Pixels} -c:a {(Container == "ts" ? "mp2" : Container == "mp4" ? "aac" : "pcm_s16le")}{tags}{fields}".Split(' '),
                path,
            ]);
        return Turn == s_turns[0] ? path : TrackMatrix.Write(path, path, Turn.A, Turn.B, Turn.C, Turn.D);
    }
}
